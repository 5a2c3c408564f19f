--: case_commit () -> none
commit;
