--: case_by (open bool?) -> row (state text)
select state from case_case where open = :open;
