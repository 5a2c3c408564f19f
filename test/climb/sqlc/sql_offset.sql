--: case_page (most int, from_ int) -> rows (state text)
select state from case_case order by case_id limit :most offset :from_;
