-- What a message is made of.
--: note_case (case_id id)
--: -> row (item_id id, item_version int, item_name_en text?, five_day int?, due_day int?, promised_day int?, hall_name text?, hall_name_en text?,
--:   hall_address text?, hall_address_en text?, hall_hours text?, hall_hours_en text?, hall_phone text?)
select c.item_id, c.item_version, i.name_en as item_name_en, c.five_day, c.due_day, c.promised_day, h.name as hall_name, h.name_en as hall_name_en,
  h.address as hall_address, h.address_en as hall_address_en, h.hours as hall_hours, h.hours_en as hall_hours_en, h.phone as hall_phone
from case_case_pub c
left join item_item_pub i on i.item_id = c.item_id
left join org_hall_pub h on h.hall_id = c.hall_id
where c.case_id = :case_id;

--: note_defects (case_id id, most int) -> rows (material text?, field text?, problem text)
select material, field, problem from case_defect_pub where case_id = :case_id and open = 1 order by line limit :most;

--: note_has_mail (person_id id) -> row (one int)
select 1 as one from person_person_pub where person_id = :person_id and mail is not null and mail <> '';

--: note_add (message_id id, person_id id, case_id id, case_version int, kind text, number text?, item_name text, item_name_en text?,
--:   body_zh text, body_en text, created_at time) -> row (message_id id)
insert into note_message (message_id, person_id, case_id, case_version, kind, number, item_name, item_name_en, body_zh, body_en, created_at)
values (:message_id, :person_id, :case_id, :case_version, :kind, :number, :item_name, :item_name_en, :body_zh, :body_en, :created_at)
on conflict (person_id, case_id, case_version) do nothing returning message_id;

--: note_mail_add (message_id id, at time) -> none
insert into note_mail (message_id, state, tries, queued_at, changed_at) values (:message_id, 'waiting', 0, :at, :at);

-- Reading.
--: note_list (person_id id, before id, most int)
--: -> rows (message_id id, case_id id, kind text, number text?, item_name text, item_name_en text?, created_at time, read_at time?, mail text?)
select m.message_id, m.case_id, m.kind, m.number, m.item_name, m.item_name_en, m.created_at, m.read_at, l.state as mail
from note_message m left join note_mail l on l.message_id = m.message_id
where m.person_id = :person_id and m.message_id < :before order by m.message_id desc limit :most;

--: note_by_id (message_id id, person_id id)
--: -> row (message_id id, case_id id, kind text, number text?, item_name text, item_name_en text?, body_zh text personal,
--:   body_en text personal, created_at time, read_at time?, mail text?, mail_at time?, mail_tries int?)
select m.message_id, m.case_id, m.kind, m.number, m.item_name, m.item_name_en, m.body_zh, m.body_en, m.created_at, m.read_at,
  l.state as mail, l.changed_at as mail_at, l.tries as mail_tries
from note_message m left join note_mail l on l.message_id = m.message_id
where m.message_id = :message_id and m.person_id = :person_id;

-- Counted no further than a hundred.
--: note_unread_count (person_id id) -> row (n int)
select count(*) as n from (select 1 as one from note_message where person_id = :person_id and read_at is null limit 100) x;

--: note_read (message_id id, at time) -> none
update note_message set read_at = :at where message_id = :message_id and read_at is null;

--: note_read_all (person_id id, at time) -> none
update note_message set read_at = :at where person_id = :person_id and read_at is null;

-- The mail job.
--: note_mail_load (message_id id)
--: -> row (state text, tries int, kind text, case_id id, number text?, item_name text, item_name_en text?, created_at time, mail text? personal)
select l.state, l.tries, m.kind, m.case_id, m.number, m.item_name, m.item_name_en, m.created_at, p.mail
from note_mail l join note_message m on m.message_id = l.message_id
left join person_person_pub p on p.person_id = m.person_id
where l.message_id = :message_id;

--: note_mail_set (message_id id, state text, tries int, why text?, at time) -> none
update note_mail set state = :state, tries = :tries, why = :why, changed_at = :at where message_id = :message_id and state <> 'sent';
