--: case_by (number text) -> many (state text)
select state from case_case where number = :number;
