-- An operator wants it gone: $1 name, $2 key.
DELETE FROM linked_span_joins
USING (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
WHERE name = $1 AND key = $2
    AND CASE
        WHEN stage IN ('running', 'expiring') THEN holder IS NULL OR until <= now
        WHEN stage IN ('completed', 'expired') THEN until > now
        ELSE true
    END
