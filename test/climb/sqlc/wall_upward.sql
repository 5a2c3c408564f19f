--: case_lights (case_id id) -> rows (light_id id)
select light_id from watch_light_pub where case_id = :case_id;
