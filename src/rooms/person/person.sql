--: person_by_hash (number_hash blob) -> row (person_id id, name text personal)
select person_id, name from person_person where number_hash = :number_hash;

--: person_add (person_id id, name text, name_masked text, name_en text?, document text, number_box blob, number_hash blob,
--:   id_masked text, mobile_box blob?, mobile_masked text?, mail text?, assurance int, demo bool, at time) -> row (person_id id)
insert into person_person (person_id, name, name_masked, name_en, document, number_box, number_hash, id_masked, mobile_box,
  mobile_masked, mail, assurance, demo, added_at)
values (:person_id, :name, :name_masked, :name_en, :document, :number_box, :number_hash, :id_masked, :mobile_box,
  :mobile_masked, :mail, :assurance, :demo, :at)
on conflict (number_hash) do nothing returning person_id;

--: person_number_box (person_id id) -> row (number_box blob personal)
select number_box from person_person where person_id = :person_id;

--: person_mobile_box (person_id id) -> row (mobile_box blob? personal)
select mobile_box from person_person where person_id = :person_id;

--: person_self (person_id id)
--: -> row (name text personal, document text, id_masked text, mobile_masked text?, mail text? personal, assurance int)
select name, document, id_masked, mobile_masked, mail, assurance from person_person where person_id = :person_id;

--: person_who (person_id id) -> row (name text personal)
select name from person_person where person_id = :person_id;

--: person_who_post (post_id id, person_id id, today int)
--: -> row (role text, name text, department_id id?, hall_id id?, region text)
select role, name, department_id, hall_id, region from org_post_pub
where post_id = :post_id and person_id = :person_id and from_day <= :today and (to_day is null or to_day >= :today);

--: person_who_enterprise (enterprise_id id, person_id id, today int) -> row (name text)
select e.name from person_enterprise e
where e.enterprise_id = :enterprise_id and exists (
  select 1 from person_agent g
  where g.enterprise_id = e.enterprise_id and g.person_id = :person_id and g.revoked_at is null
    and g.from_day <= :today and (g.to_day is null or g.to_day >= :today));

--: person_mandates (enterprise_id id, person_id id, today int) -> rows (scope text)
select scope from person_agent
where enterprise_id = :enterprise_id and person_id = :person_id and revoked_at is null
  and from_day <= :today and (to_day is null or to_day >= :today)
order by agent_id;

--: person_posts (person_id id, today int)
--: -> rows (post_id id, role text, name text, name_en text?, region text, region_name text, region_name_en text,
--:          department_id id?, department text?, department_en text?, hall_id id?, hall text?, hall_en text?)
select p.post_id, p.role, p.name, p.name_en, p.region, r.name as region_name, r.name_en as region_name_en,
  p.department_id, d.name as department, d.name_en as department_en, p.hall_id, h.name as hall, h.name_en as hall_en
from org_post_pub p join org_region_pub r on r.code = p.region
  left join org_department_pub d on d.department_id = p.department_id left join org_hall_pub h on h.hall_id = p.hall_id
where p.person_id = :person_id and p.from_day <= :today and (p.to_day is null or p.to_day >= :today)
order by p.post_id;

--: person_agencies (person_id id, today int)
--: -> rows (enterprise_id id, name text, name_en text?, uscc text, legal bool, to_day int?)
select e.enterprise_id, e.name, e.name_en, e.uscc, g.legal, g.to_day
from person_agent g join person_enterprise e on e.enterprise_id = g.enterprise_id
where g.person_id = :person_id and g.revoked_at is null and g.from_day <= :today and (g.to_day is null or g.to_day >= :today)
order by e.enterprise_id, g.agent_id;

--: person_account_by_name (account text) -> row (account_id id, person_id id, hash text, status text)
select account_id, person_id, hash, status from person_account where account = :account;

--: person_account_put (account_id id, account text, person_id id, hash text, at time) -> none
insert into person_account (account_id, account, person_id, hash, status, changed_at)
values (:account_id, :account, :person_id, :hash, 'active', :at)
on conflict (account) do update set hash = excluded.hash, changed_at = excluded.changed_at;

--: person_enterprise_by_uscc (uscc text) -> row (enterprise_id id)
select enterprise_id from person_enterprise where uscc = :uscc;

--: person_enterprise_put (enterprise_id id, uscc text, name text, name_en text?, kind text, region text?, address text?,
--:   legal_person_id id, demo bool) -> none
insert into person_enterprise (enterprise_id, uscc, name, name_en, kind, region, address, legal_person_id, demo)
values (:enterprise_id, :uscc, :name, :name_en, :kind, :region, :address, :legal_person_id, :demo)
on conflict (uscc) do update set name = excluded.name, name_en = excluded.name_en, kind = excluded.kind,
  region = excluded.region, address = excluded.address, legal_person_id = excluded.legal_person_id;

--: person_agent_put (agent_id id, enterprise_id id, person_id id, legal bool, scope text, from_day int, to_day int?) -> none
insert into person_agent (agent_id, enterprise_id, person_id, legal, scope, from_day, to_day)
values (:agent_id, :enterprise_id, :person_id, :legal, :scope, :from_day, :to_day)
on conflict (enterprise_id, person_id, from_day) do update set scope = excluded.scope, to_day = excluded.to_day;
