            array_agg(encode(key, 'hex') ORDER BY key) AS keys,
            array_agg(stage ORDER BY key) AS stages,
            array_agg(since ORDER BY key) AS since,
            array_agg(encode(holder, 'hex') ORDER BY key) AS holders,
            array_agg(until ORDER BY key) AS until,
            array_agg(deadline ORDER BY key) AS deadlines,
            array_agg(attempts ORDER BY key) AS attempts,
            array_agg(came ORDER BY key) AS came,
            array_agg(detail ORDER BY key) AS details
