--: case_by () -> row (n int)
select random() as n;
