--: case_spy () -> rows (case_id id)
select case_id from case_case where exists (select 1 from core_session s where s.session_id = case_id);
