--: case_by (number text) -> row (state text)
select state from case_case where number = :number;
--postgresql
select state from case_case;
