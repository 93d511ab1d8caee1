        ) AS procedures (name, places, since, body),
        generate_series(0, procedures.places - 1) AS nth,
        -- A release calls those with the number of its version.
        generate_series(procedures.since, 2) AS number
    LOOP
        FOREACH meaning SLICE 1 IN ARRAY meanings LOOP
            the_body := replace(the_body, meaning[1], meaning[2]);
        END LOOP;
        the_mark := CASE the_number WHEN '1' THEN 'SINCE 2' ELSE 'UNTIL 1' END;
        the_body := regexp_replace(the_body, '[^\n]*-- ' || the_mark || '[^\n]*', '', 'g');
        the_body := replace(replace(replace(the_body, 'NAME', the_name), 'NTH', the_place), 'NUMBER', the_number);
        EXECUTE replace(the_body, 'SCHEMA.', quote_ident(current_schema()) || '.');
    END LOOP;
END $linked_span$;
INSERT INTO linked_span_versions (version, lowest) VALUES (1, 1), (2, 1) ON CONFLICT (version) DO NOTHING;
