-- ---- drafts ----

-- The one to go on with: of several live ones that which was touched last.
--: form_draft_live (person_id id, applicant id, item_id id) -> row (draft_id id, version int)
select draft_id, version from form_draft
where person_id = :person_id and applicant = :applicant and item_id = :item_id and live_slot >= 0
order by updated_at desc, draft_id desc limit 1;

--: form_draft_slots (person_id id, applicant id, item_id id) -> row (top int?)
select max(live_slot) as top from form_draft
where person_id = :person_id and applicant = :applicant and item_id = :item_id and live_slot >= 0;

--: form_draft_add (draft_id id, person_id id, applicant id, enterprise_id id?, item_id id, item_version int, live_slot int, fields blob,
--:   at time)
--: -> row (draft_id id)
insert into form_draft (draft_id, person_id, applicant, enterprise_id, item_id, item_version, live_slot, live, version,
  fields_version, fields, opened_at, updated_at)
values (:draft_id, :person_id, :applicant, :enterprise_id, :item_id, :item_version, :live_slot, 1, 1, 1, :fields, :at, :at)
on conflict (person_id, applicant, item_id, live_slot) do nothing
returning draft_id;

--: form_draft_by_id (draft_id id)
--: -> row (person_id id, enterprise_id id?, item_id id, item_version int, live bool, version int, fields_version int,
--:   fields blob? personal, opened_at time, updated_at time)
select person_id, enterprise_id, item_id, item_version, live, version, fields_version, fields, opened_at, updated_at
from form_draft where draft_id = :draft_id;

--: form_draft_list (person_id id, applicant id, before id, most int)
--: -> rows (draft_id id, item_name text, item_name_en text?, item_code text, version int, opened_at time, updated_at time)
select d.draft_id, i.name as item_name, i.name_en as item_name_en, i.code as item_code, d.version, d.opened_at, d.updated_at
from form_draft d join item_item_pub i on i.item_id = d.item_id
where d.person_id = :person_id and d.applicant = :applicant and d.live = 1 and d.draft_id < :before
order by d.draft_id desc limit :most;

--: form_draft_beside (person_id id, applicant id, item_id id, most int) -> rows (draft_id id, version int, opened_at time, updated_at time)
select draft_id, version, opened_at, updated_at from form_draft
where person_id = :person_id and applicant = :applicant and item_id = :item_id and live_slot >= 0
order by updated_at desc, draft_id desc limit :most;

--: form_draft_write (draft_id id, version int, item_version int, fields blob, at time) -> none
update form_draft set fields = :fields, item_version = :item_version, version = version + 1, fields_version = version + 1,
  updated_at = :at
where draft_id = :draft_id and version = :version and live = 1;

--: form_draft_step (draft_id id, version int, item_version int, at time) -> none
update form_draft set item_version = :item_version, version = version + 1, updated_at = :at
where draft_id = :draft_id and version = :version and live = 1;

--: form_draft_end (draft_id id, version int, at time) -> none
update form_draft set live = 0, live_slot = -draft_id, fields = null, version = version + 1, updated_at = :at
where draft_id = :draft_id and version = :version and live = 1;

--: form_draft_materials (draft_id id)
--: -> rows (name text, way text, file_id id?, certificate text?, file_name text?, size int?, type text?)
select m.name, m.way, m.file_id, m.certificate, f.name as file_name, f.size, f.type
from form_draft_material m left join form_file f on f.file_id = m.file_id
where m.draft_id = :draft_id order by m.name;

--: form_draft_material_put (draft_id id, name text, way text, file_id id?, certificate text?) -> none
insert into form_draft_material (draft_id, name, way, file_id, certificate) values (:draft_id, :name, :way, :file_id, :certificate)
on conflict (draft_id, name) do update set way = excluded.way, file_id = excluded.file_id, certificate = excluded.certificate;

--: form_draft_material_drop (draft_id id, name text) -> none
delete from form_draft_material where draft_id = :draft_id and name = :name;

--: form_draft_material_clear (draft_id id) -> none
delete from form_draft_material where draft_id = :draft_id;

-- ---- files ----

--: form_file_add (file_id id, owner_person_id id, name text, size int, type text, sm3 blob, at time) -> row (file_id id)
insert into form_file (file_id, owner_person_id, name, size, type, sm3, at)
values (:file_id, :owner_person_id, :name, :size, :type, :sm3, :at)
on conflict (owner_person_id, sm3) do nothing
returning file_id;

--: form_file_same (owner_person_id id, sm3 blob) -> row (file_id id, name text, size int, type text, at time)
select file_id, name, size, type, at from form_file where owner_person_id = :owner_person_id and sm3 = :sm3;

--: form_file_by_id (file_id id) -> row (owner_person_id id, name text, size int, type text, sm3 blob)
select owner_person_id, name, size, type, sm3 from form_file where file_id = :file_id;

--: form_file_list (owner_person_id id, before id, most int) -> rows (file_id id, name text, size int, type text, sm3 blob, at time)
select file_id, name, size, type, sm3, at from form_file
where owner_person_id = :owner_person_id and file_id < :before
order by file_id desc limit :most;

-- ---- items and regions ----

--: form_about_code (code text)
--: -> row (item_id id, code text, version int, name text, name_en text?, online bool, published bool)
select item_id, code, version, name, name_en, online, published from item_item_pub where code = :code;

--: form_about_id (item_id id)
--: -> row (item_id id, code text, version int, name text, name_en text?, department text, department_en text?)
select i.item_id, i.code, i.version, i.name, i.name_en, d.name as department, d.name_en as department_en
from item_item_pub i join org_department_pub d on d.department_id = i.department_id
where i.item_id = :item_id;

--: form_slots (item_id id, version int) -> rows (no int, name text, required bool, ways text)
select no, name, required, ways from item_material_pub where item_id = :item_id and version = :version order by no;

--: form_region_known (code text) -> row (code text)
select code from org_region_pub where code = :code;

-- From the province's own line down to the region itself.
--: form_region_line (code text) -> rows (name text, name_en text)
select g.name, g.name_en from org_region_line_pub l join org_region_pub g on g.code = l.ancestor
where l.code = :code and g.level > 1 order by l.depth desc;

--: form_region_tree (level_most int) -> rows (code text, name text, name_en text, parent text?, level int)
select code, name, name_en, parent, level from org_region_pub where in_tree = 1 and level <= :level_most order by code;
