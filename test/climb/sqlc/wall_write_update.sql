--: case_meddle (id_ id) -> none
update core_session set seen_at = 1 where session_id = :id_;
