--: case_by (default id) -> row (state text)
select state from case_case where case_id = :default;
