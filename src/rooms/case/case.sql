-- The record.

--: case_insert (case_id id, number text?, item_id id, item_version int, item_code text, item_name text, item_type text,
--:   kind text,
--:   region text, department_id id, hall_id id?, applicant_person_id id, enterprise_id id?, actor_person_id id, channel text,
--:   state text, desk text, fields blob, legal_n int?, legal_unit text?, promise_n int?, promise_unit text?,
--:   submitted_at time, received_at time?, five_day int?, query_hash blob, query_box blob) -> none
insert into case_case (case_id, number, item_id, item_version, item_code, item_name, item_type, kind, region, department_id,
  hall_id,
  applicant_person_id, enterprise_id, actor_person_id, channel, state, desk, open, version, seq, fields,
  legal_n, legal_unit, promise_n, promise_unit, submitted_at, received_at, five_day, deemed, query_hash, query_box)
values (:case_id, :number, :item_id, :item_version, :item_code, :item_name, :item_type, :kind, :region, :department_id, :hall_id,
  :applicant_person_id, :enterprise_id, :actor_person_id, :channel, :state, :desk, 1, 1, 1, :fields,
  :legal_n, :legal_unit, :promise_n, :promise_unit, :submitted_at, :received_at, :five_day, 0, :query_hash, :query_box);

--: case_by_id (case_id id) -> row (case_id id, number text?, acceptance_no text?, item_id id, item_version int, item_code text,
--:   item_name text, item_type text, kind text, region text, department_id id, hall_id id?, applicant_person_id id,
--:   enterprise_id id?,
--:   actor_person_id id, channel text, state text, desk text, open bool, version int, seq int, legal_n int?, legal_unit text?,
--:   promise_n int?, promise_unit text?, submitted_at time, received_at time?, five_day int?, corrected_at time?,
--:   supplemented_at time?, accepted_at time?, deemed bool, due_day int?, promised_day int?, decided_at time?, decision text?,
--:   decision_reason text?, made_at time?, result json?, window_day int?, at_window_at time?, closed_at time?,
--:   query_hash blob)
select case_id, number, acceptance_no, item_id, item_version, item_code, item_name, item_type, kind, region, department_id,
  hall_id,
  applicant_person_id, enterprise_id, actor_person_id, channel, state, desk, open, version, seq, legal_n, legal_unit,
  promise_n, promise_unit, submitted_at, received_at, five_day, corrected_at, supplemented_at, accepted_at, deemed, due_day,
  promised_day, decided_at, decision, decision_reason, made_at, result, window_day, at_window_at, closed_at, query_hash
from case_case where case_id = :case_id;

--: case_id_by_number (number text) -> row (case_id id)
select case_id from case_case where number = :number;

--: case_fields (case_id id) -> row (fields blob personal)
select fields from case_case where case_id = :case_id;

--: case_delivery (case_id id) -> row (delivery json? personal)
select delivery from case_case where case_id = :case_id;

--: case_query_box (case_id id) -> row (query_box blob personal)
select query_box from case_case where case_id = :case_id;

-- Acts. case_move is the guard of all of them: it moves only the version that was read.

--: case_move (case_id id, was int, state text, desk text, open bool, closed_at time?, hall_id id?) -> none
update case_case set state = :state, desk = :desk, open = :open, closed_at = :closed_at, version = version + 1, seq = seq + 1,
  hall_id = coalesce(hall_id, :hall_id)
where case_id = :case_id and version = :was;

--: case_set_received (case_id id, number text, received_at time, five_day int?) -> none
update case_case set number = :number, received_at = :received_at, five_day = :five_day where case_id = :case_id;

--: case_set_corrected (case_id id, corrected_at time) -> none
update case_case set corrected_at = :corrected_at where case_id = :case_id;

--: case_set_supplemented (case_id id, supplemented_at time, five_day int?, fields blob) -> none
update case_case set supplemented_at = :supplemented_at, five_day = :five_day, fields = :fields where case_id = :case_id;

--: case_set_accepted (case_id id, acceptance_no text, accepted_at time, deemed bool, due_day int?, promised_day int?) -> none
update case_case set acceptance_no = :acceptance_no, accepted_at = :accepted_at, deemed = :deemed, due_day = :due_day,
  promised_day = :promised_day
where case_id = :case_id;

--: case_set_decided (case_id id, decision text, decision_reason text, decided_at time) -> none
update case_case set decision = :decision, decision_reason = :decision_reason, decided_at = :decided_at where case_id = :case_id;

--: case_set_made (case_id id, result json?, made_at time, window_day int?) -> none
update case_case set result = :result, made_at = :made_at, window_day = :window_day where case_id = :case_id;

--: case_set_at_window (case_id id, at_window_at time) -> none
update case_case set at_window_at = :at_window_at where case_id = :case_id;

--: case_set_delivered (case_id id, delivery json) -> none
update case_case set delivery = :delivery where case_id = :case_id;

--: case_history_add (case_id id, seq int, version int, act text, from_state text?, to_state text, at time, person_id id?,
--:   post_id id?,
--:   post_name text?, note text?) -> none
insert into case_history (case_id, seq, version, act, from_state, to_state, at, person_id, post_id, post_name, note)
values (:case_id, :seq, :version, :act, :from_state, :to_state, :at, :person_id, :post_id, :post_name, :note);

--: case_history_of (case_id id, after int, most int) -> rows (seq int, act text, from_state text?, to_state text, at time,
--:   post_name text?,
--:   post_name_en text?, note text?)
select h.seq, h.act, h.from_state, h.to_state, h.at, h.post_name, p.name_en as post_name_en, h.note
from case_history h left join org_post_pub p on p.post_id = h.post_id
where h.case_id = :case_id and h.seq > :after order by h.seq limit :most;

-- Duties: one class per natural person and case (primary key).

--: case_duty_take (case_id id, person_id id, class text, at time) -> row (class text)
insert into case_duty (case_id, person_id, class, at) values (:case_id, :person_id, :class, :at)
on conflict (case_id, person_id) do nothing returning class;

--: case_duty_of (case_id id, person_id id) -> row (class text)
select class from case_duty where case_id = :case_id and person_id = :person_id;

-- Materials.

--: case_material_add (case_id id, line int, name text, way text, state text, file_id id?, certificate text?, originals int,
--:   copies int,
--:   received_at time?, received_by_post id?) -> none
insert into case_material (case_id, line, name, way, state, file_id, certificate, originals, copies, received_at,
  received_by_post)
values (:case_id, :line, :name, :way, :state, :file_id, :certificate, :originals, :copies, :received_at, :received_by_post);

--: case_materials (case_id id) -> rows (line int, name text, way text, state text, file_id id?, certificate text?, originals int,
--:   copies int, received_at time?, file_name text? personal, file_size int?, file_type text?)
select m.line, m.name, m.way, m.state, m.file_id, m.certificate, m.originals, m.copies, m.received_at,
  f.name as file_name, f.size as file_size, f.type as file_type
from case_material m left join form_file_pub f on f.file_id = m.file_id
where m.case_id = :case_id order by m.line;

--: case_material_last (case_id id) -> row (line int)
select coalesce(max(line), 0) as line from case_material where case_id = :case_id;

--: case_material_replace (case_id id, name text) -> none
update case_material set state = 'replaced' where case_id = :case_id and name = :name and state <> 'replaced';

--: case_material_hand_in (case_id id, name text, originals int, copies int, received_at time, received_by_post id?) -> none
update case_material set state = 'given', originals = :originals, copies = :copies, received_at = :received_at,
  received_by_post = :received_by_post
where case_id = :case_id and name = :name and state = 'awaited' and way = 'paper';

--: case_material_file (case_id id, file_id id) -> row (name text, type text, size int, sm3 blob,
--:   file_name text personal)
select m.name, f.type, f.size, f.sm3, f.name as file_name from case_material m join form_file_pub f on f.file_id = m.file_id
where m.case_id = :case_id and m.file_id = :file_id limit 1;

-- Defects.

--: case_defect_add (case_id id, line int, material text?, field text?, problem text) -> none
insert into case_defect (case_id, line, material, field, problem, open) values (:case_id, :line, :material, :field, :problem, 1);

--: case_defects (case_id id) -> rows (line int, material text?, field text?, problem text, open bool)
select line, material, field, problem, open from case_defect where case_id = :case_id order by line;

--: case_defect_answer (case_id id, line int) -> none
update case_defect set open = 0 where case_id = :case_id and line = :line;

--: case_defect_reopen (case_id id, line int) -> none
update case_defect set open = 1 where case_id = :case_id and line = :line;

-- Notices.

--: case_notice_add (notice_id id, case_id id, kind text, number text, content json, created_at time) -> none
insert into case_notice (notice_id, case_id, kind, number, content, sealed, created_at)
values (:notice_id, :case_id, :kind, :number, :content, 0, :created_at);

--: case_notice_by_id (case_id id, notice_id id) -> row (kind text, number text, content json personal, sealed bool,
--:   created_at time)
select kind, number, content, sealed, created_at from case_notice where case_id = :case_id and notice_id = :notice_id;

--: case_notice_of (case_id id, kind text) -> row (notice_id id, kind text, number text, content json personal, sealed bool,
--:   created_at time)
select notice_id, kind, number, content, sealed, created_at from case_notice
where case_id = :case_id and kind = :kind order by notice_id desc limit 1;

-- People and places of one case.

--: case_people (case_id id) -> row (applicant_name text personal, applicant_masked text, id_masked text?, mobile_masked text?,
--:   enterprise_name text?, uscc text?, department_name text, department_name_en text?, department_phone text?, hall_name text?,
--:   hall_name_en text?, hall_address text?, hall_hours text?)
select p.name as applicant_name, p.name_masked as applicant_masked, p.id_masked, p.mobile_masked, e.name as enterprise_name,
  e.uscc,
  d.name as department_name, d.name_en as department_name_en, d.phone as department_phone,
  h.name as hall_name, h.name_en as hall_name_en, h.address as hall_address, h.hours as hall_hours
from case_case c
join person_person_pub p on p.person_id = c.applicant_person_id
join org_department_pub d on d.department_id = c.department_id
left join person_enterprise_pub e on e.enterprise_id = c.enterprise_id
left join org_hall_pub h on h.hall_id = c.hall_id
where c.case_id = :case_id;

--: case_office (case_id id) -> row (department_name text, department_name_en text?, hall_name text?, hall_name_en text?,
--:   hall_address text?, hall_hours text?)
select d.name as department_name, d.name_en as department_name_en, h.name as hall_name, h.name_en as hall_name_en,
  h.address as hall_address, h.hours as hall_hours
from case_case c join org_department_pub d on d.department_id = c.department_id left join org_hall_pub h on h.hall_id = c.hall_id
where c.case_id = :case_id;

--: case_person_name (person_id id) -> row (name text personal)
select name from person_person_pub where person_id = :person_id;

--: case_person_masked (person_id id) -> row (name_masked text, id_masked text?)
select name_masked, id_masked from person_person_pub where person_id = :person_id;

--: case_enterprise_by_uscc (uscc text) -> row (enterprise_id id)
select enterprise_id from person_enterprise_pub where uscc = :uscc;

--: case_mandate (enterprise_id id, person_id id, today int) -> row (scope text)
select scope from person_agent_pub
where enterprise_id = :enterprise_id and person_id = :person_id and from_day <= :today and (to_day is null or to_day >= :today) limit 1;

--: case_item (item_id id) -> row (item_id id, code text, name text, name_en text?, version int, type text, kind text,
--:   department_id id,
--:   region text, online bool, published bool, legal_n int?, legal_unit text?, promise_n int?, promise_unit text?)
select item_id, code, name, name_en, version, type, kind, department_id, region, online, published, legal_n, legal_unit, promise_n,
  promise_unit
from item_item_pub where item_id = :item_id;

--: case_item_by_code (code text) -> row (item_id id)
select item_id from item_item_pub where code = :code;

--: case_item_materials (item_id id, version int) -> rows (no int, name text, required bool, ways text, originals int?,
--:   copies int?)
select no, name, required, ways, originals,
  copies from item_material_pub where item_id = :item_id and version = :version order by no;

--: case_department (department_id id) -> row (region text, name text, name_en text?)
select region, name, name_en from org_department_pub where department_id = :department_id;

--: case_hall (hall_id id) -> row (name text, name_en text?, region text, one_person bool)
select name, name_en, region, one_person from org_hall_pub where hall_id = :hall_id;

--: case_hall_for (item_id id, region text, today int) -> row (hall_id id)
select t.hall_id from item_entrust_pub t join org_hall_pub h on h.hall_id = t.hall_id
where t.item_id = :item_id and t.from_day <= :today and (t.to_day is null or t.to_day >= :today)
order by case when h.region = :region then 0 else 1 end, t.hall_id limit 1;

--: case_hall_items (hall_id id, today int, after id, most int) -> rows (item_id id, code text, name text, name_en text?,
--:   department_name text)
select i.item_id, i.code, i.name, i.name_en, d.name as department_name
from item_entrust_pub t join item_item_pub i on i.item_id = t.item_id join org_department_pub d on d.department_id = i.department_id
where t.hall_id = :hall_id and t.from_day <= :today and (t.to_day is null or t.to_day >= :today) and i.item_id > :after
order by i.item_id limit :most;

-- Lists, paged by key.

--: case_mine (person_id id, today int, state text?, before id, most int) -> rows (case_id id, number text?, item_code text,
--:   item_name text,
--:   item_name_en text?, state text, desk text, submitted_at time, received_at time?, five_day int?, accepted_at time?,
--:   due_day int?, promised_day int?,
--:   made_at time?, window_day int?, region text, department_name text, department_name_en text?, enterprise_name text?)
select c.case_id, c.number, c.item_code, c.item_name, i.name_en as item_name_en, c.state, c.desk, c.submitted_at, c.received_at,
  c.five_day, c.accepted_at,
  c.due_day, c.promised_day, c.made_at, c.window_day, c.region, d.name as department_name, d.name_en as department_name_en,
  e.name as enterprise_name
from case_case c join org_department_pub d on d.department_id = c.department_id
left join item_item_pub i on i.item_id = c.item_id
left join person_enterprise_pub e on e.enterprise_id = c.enterprise_id
where c.actor_person_id = :person_id and c.case_id < :before and (:state is null or c.state = :state)
  and (c.enterprise_id is null or exists (select a.person_id from person_agent_pub a where a.enterprise_id = c.enterprise_id
    and a.person_id = :person_id and a.from_day <= :today and (a.to_day is null or a.to_day >= :today)))
order by c.case_id desc limit :most;

--: case_of_enterprise (enterprise_id id, state text?, before id, most int) -> rows (case_id id, number text?, item_code text,
--:   item_name text,
--:   item_name_en text?, state text, desk text, submitted_at time, received_at time?, five_day int?, accepted_at time?,
--:   due_day int?, promised_day int?,
--:   made_at time?, window_day int?, region text, department_name text, department_name_en text?, enterprise_name text?)
select c.case_id, c.number, c.item_code, c.item_name, i.name_en as item_name_en, c.state, c.desk, c.submitted_at, c.received_at,
  c.five_day, c.accepted_at,
  c.due_day, c.promised_day, c.made_at, c.window_day, c.region, d.name as department_name, d.name_en as department_name_en,
  e.name as enterprise_name
from case_case c join org_department_pub d on d.department_id = c.department_id
left join item_item_pub i on i.item_id = c.item_id
left join person_enterprise_pub e on e.enterprise_id = c.enterprise_id
where c.enterprise_id = :enterprise_id and c.case_id < :before and (:state is null or c.state = :state)
order by c.case_id desc limit :most;

--: case_hall_queue (hall_id id, desk text, state text?, department_id id?, item_id id?, after id,
--:   most int) -> rows (case_id id, number text?,
--:   item_id id, item_code text, item_name text, item_name_en text?, state text, desk text, submitted_at time,
--:   received_at time?, five_day int?,
--:   accepted_at time?, due_day int?, promised_day int?, made_at time?, window_day int?, region text, department_id id,
--:   department_name text, department_name_en text?, applicant_masked text, enterprise_name text?)
select c.case_id, c.number, c.item_id, c.item_code, c.item_name, i.name_en as item_name_en, c.state, c.desk, c.submitted_at,
  c.received_at, c.five_day,
  c.accepted_at, c.due_day, c.promised_day, c.made_at, c.window_day, c.region, c.department_id, d.name as department_name,
  d.name_en as department_name_en, p.name_masked as applicant_masked, e.name as enterprise_name
from case_case c join org_department_pub d on d.department_id = c.department_id
left join item_item_pub i on i.item_id = c.item_id
join person_person_pub p on p.person_id = c.applicant_person_id
left join person_enterprise_pub e on e.enterprise_id = c.enterprise_id
where c.hall_id = :hall_id and c.desk = :desk and c.case_id > :after and (:state is null or c.state = :state)
  and (:department_id is null or c.department_id = :department_id) and (:item_id is null or c.item_id = :item_id)
order by c.case_id limit :most;

--: case_department_queue (department_id id, desk text, state text?, item_id id?, after id, most int) -> rows (case_id id,
--:   number text?,
--:   item_id id, item_code text, item_name text, item_name_en text?, state text, desk text, submitted_at time,
--:   received_at time?, five_day int?,
--:   accepted_at time?, due_day int?, promised_day int?, made_at time?, window_day int?, region text, department_id id,
--:   department_name text, department_name_en text?, applicant_masked text, enterprise_name text?)
select c.case_id, c.number, c.item_id, c.item_code, c.item_name, i.name_en as item_name_en, c.state, c.desk, c.submitted_at,
  c.received_at, c.five_day,
  c.accepted_at, c.due_day, c.promised_day, c.made_at, c.window_day, c.region, c.department_id, d.name as department_name,
  d.name_en as department_name_en, p.name_masked as applicant_masked, e.name as enterprise_name
from case_case c join org_department_pub d on d.department_id = c.department_id
left join item_item_pub i on i.item_id = c.item_id
join person_person_pub p on p.person_id = c.applicant_person_id
left join person_enterprise_pub e on e.enterprise_id = c.enterprise_id
where c.department_id = :department_id and c.desk = :desk and c.case_id > :after and (:state is null or c.state = :state)
  and (:item_id is null or c.item_id = :item_id)
order by c.case_id limit :most;

--: case_notice_list (case_id id) -> rows (notice_id id, kind text, number text, sealed bool, created_at time)
select notice_id, kind, number, sealed, created_at from case_notice where case_id = :case_id order by notice_id;

--: case_files_of (person_id id, most int) -> rows (file_id id, name text personal)
select file_id, name from form_file_pub where owner_person_id = :person_id order by file_id desc limit :most;
