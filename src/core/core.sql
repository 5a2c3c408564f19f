--: core_series_draw (series text, by int) -> row (value int)
insert into core_series (series, value) values (:series, :by)
on conflict (series) do update set value = core_series.value + excluded.value returning value;

--: core_session_add (session_id id, token_hash blob, person_id id, post_id id?, enterprise_id id?, at time, address text) -> none
insert into core_session (session_id, token_hash, person_id, post_id, enterprise_id, opened_at, seen_at, address)
values (:session_id, :token_hash, :person_id, :post_id, :enterprise_id, :at, :at, :address);

--: core_session_by_hash (token_hash blob)
--: -> row (session_id id, person_id id, post_id id?, enterprise_id id?, opened_at time, seen_at time)
select session_id, person_id, post_id, enterprise_id, opened_at, seen_at from core_session
where token_hash = :token_hash and closed_at is null;

--: core_session_touch (session_id id, at time) -> none
update core_session set seen_at = :at where session_id = :session_id;

--: core_session_end (session_id id, at time) -> none
update core_session set closed_at = :at where session_id = :session_id and closed_at is null;

--: core_session_end_all (person_id id, at time) -> none
update core_session set closed_at = :at where person_id = :person_id and closed_at is null;

--: core_evidence_add (seq id, at time, post_id id?, person blob, act text, object text, object_id id, version int, reason text, hash blob) -> none
insert into core_evidence (seq, at, post_id, person, act, object, object_id, version, reason, hash)
values (:seq, :at, :post_id, :person, :act, :object, :object_id, :version, :reason, :hash);

--: core_evidence_salt_add (seq id, salt blob) -> none
insert into core_evidence_salt (seq, salt) values (:seq, :salt);

--: core_access_add (access_id id, person_id id, at time, seq id, post_id id, object text, object_id id, purpose text, what text) -> none
insert into core_access (access_id, person_id, at, seq, post_id, object, object_id, purpose, what)
values (:access_id, :person_id, :at, :seq, :post_id, :object, :object_id, :purpose, :what);

--: core_key_find (person_id id, key text) -> row (route text, body_hash blob, status int, location text?, answer blob)
select route, body_hash, status, location, answer from core_key where person_id = :person_id and key = :key;

--: core_key_add (person_id id, key text, route text, body_hash blob, status int, location text?, answer blob, at time) -> none
insert into core_key (person_id, key, route, body_hash, status, location, answer, at)
values (:person_id, :key, :route, :body_hash, :status, :location, :answer, :at);

--: core_key_expire (before time) -> none
delete from core_key where at < :before;

--: core_job_insert (job_id id, kind text, payload json, due_at time, at time) -> none
insert into core_job (job_id, kind, payload, due_at, tries, lease_until, state, added_at)
values (:job_id, :kind, :payload, :due_at, 0, 0, 'open', :at);

--: core_job_due_list (now time, most int) -> rows (job_id id, kind text, payload json, tries int)
select job_id, kind, payload, tries from core_job
where state = 'open' and due_at <= :now and lease_until <= :now order by due_at, job_id limit :most;

--: core_job_lease (job_id id, now time, until time) -> row (job_id id)
update core_job set lease_until = :until, tries = tries + 1
where job_id = :job_id and state = 'open' and lease_until <= :now returning job_id;

--: core_job_done (job_id id) -> none
update core_job set state = 'done', why = null where job_id = :job_id;

--: core_job_later (job_id id, due_at time, why text) -> none
update core_job set due_at = :due_at, lease_until = 0, why = :why where job_id = :job_id;

--: core_job_dead (job_id id, why text) -> none
update core_job set state = 'dead', why = :why where job_id = :job_id;

--: core_access_mine (person_id id, before id, most int)
--: -> rows (access_id id, at time, post_id id, object text, object_id id, purpose text, what text)
select access_id, at, post_id, object, object_id, purpose, what from core_access
where person_id = :person_id and access_id < :before order by access_id desc limit :most;
