--: case_by (number text personal) -> row (state text)
select state from case_case where number = :number;
