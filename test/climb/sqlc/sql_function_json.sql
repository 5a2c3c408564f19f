--: case_by (case_id id) -> row (v text?)
select json_extract(facts, '$.a') as v from case_case where case_id = :case_id;
