--: case_spy () -> rows (name text?)
select name from sqlite_master;
