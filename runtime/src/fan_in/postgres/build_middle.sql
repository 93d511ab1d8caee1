$listed$]
    ];
    meaning text[];
    the_name text;
    the_body text;
BEGIN
    FOR the_name, the_body IN
        SELECT
            CASE procedures.places WHEN 1 THEN procedures.name ELSE procedures.name || '_' || nth END,
            replace(procedures.body, 'NTH', nth::text)
        FROM (
            VALUES
