/* Drafts and materials on a real store: one live draft, stale saves, what a submission may name. */
#include "rooms/form/test/request.h"

#define ITEM "11469030MB0D0014115460511007000"   /* 临时救助, for persons */
#define FIRMS "11460000MB0D0001072460114004000"  /* 劳务派遣, for organisations */

static int64_t opened;

static int open_draft(struct req *r, const char *item, bool another)
{
    r->form = &(struct form_form_open){.item = str_c(item), .another = another};
    int code = form_open_post(r);
    r->form = NULL;
    if (!code)
        opened = r->priv->leaf.id;
    return code;
}

/* A JSON save as the route does it: object check, then run. */
static int save(struct req *r, int64_t draft, const char *fields, int64_t version)
{
    r->priv->params[0] = str_i64(r->arena, draft);
    r->priv->n_params = 1;
    r->form = &(struct form_form_save){.version = version, .fields = fields ? str_c(fields) : STR_NONE};
    int code = form_draft_mine(r);
    if (!code)
        code = form_save_post(r);
    r->form = NULL;
    return code;
}

static void one_live_draft(void **state)
{
    struct fixture *t = *state;
    load_demo(t);
    struct req *r = request(t, 7);
    assert_int_equal(open_draft(r, ITEM, false), 0);
    int64_t first = opened;
    assert_int_equal(r->priv->answer.status, 201);
    r = request(t, 7);
    assert_int_equal(open_draft(r, ITEM, false), 0);
    assert_int_equal(opened, first);
    assert_int_equal(r->priv->answer.status, 200);
    assert_int_equal(open_draft(request(t, 7), ITEM, true), 0);
    int64_t second = opened;
    assert_true(second != first);
    assert_int_equal(open_draft(request(t, 8), ITEM, false), 0);
    assert_true(opened != first && opened != second);
    /* closed, the slot is free again; the one started beside it is offered first */
    assert_int_equal(form_draft_close(&t->db, first, 1, 5), 1);
    assert_int_equal(form_draft_close(&t->db, first, 1, 5), 0);
    assert_int_equal(open_draft(request(t, 7), ITEM, false), 0);
    assert_int_equal(opened, second);
    assert_int_equal(form_draft_close(&t->db, second, 1, 5), 1);
    assert_int_equal(open_draft(request(t, 7), ITEM, false), 0);
    assert_true(opened != first && opened != second);
    /* the key itself holds: a second row in slot 0 is not taken */
    struct form_draft_add added;
    struct form_about_code item;
    assert_int_equal(form_about_code(&t->db, S(ITEM), &item), 1);
    assert_int_equal(form_draft_add(&t->db, &(struct form_draft_add_in){.draft_id = 999, .person_id = 7, .applicant = 0,
                         .enterprise_id = DB_NONE, .item_id = item.item_id, .item_version = 1, .live_slot = 0,
                         .fields = S("x"), .at = 1}, &added), 0);
}

static void who_may_open(void **state)
{
    struct fixture *t = *state;
    load_demo(t);
    struct req *r = request(t, 7);
    assert_int_equal(open_draft(r, "no such item", false), ERR_REFUSED);
    assert_int_equal(r->priv->failure.status, 400);
    assert_int_equal(open_draft(request(t, 7), FIRMS, false), ERR_REFUSED);
    r = request(t, 7);
    r->who.enterprise_id = 55;
    assert_int_equal(open_draft(r, FIRMS, false), 0);
    assert_int_equal(open_draft(r, ITEM, false), ERR_REFUSED);
    r = request(t, 7);
    r->who.post_id = 3;
    assert_int_equal(open_draft(r, ITEM, false), ERR_REFUSED);
    assert_int_equal(r->priv->failure.status, 403);
}

static void mine_or_not_there(void **state)
{
    struct fixture *t = *state;
    struct form_draft d;
    load_demo(t);
    assert_int_equal(open_draft(request(t, 7), ITEM, false), 0);
    int64_t id = opened;
    struct req *r = request(t, 8);
    assert_int_equal(form_draft_load(r, id, &d), ERR_REFUSED);
    assert_int_equal(r->priv->failure.status, 404);
    r = request(t, 7);
    r->who.enterprise_id = 55;                   /* the same person for an enterprise: another applicant */
    assert_int_equal(form_draft_load(r, id, &d), ERR_REFUSED);
    r = request(t, 7);
    assert_int_equal(form_draft_load(r, id, &d), 0);
    assert_true(r->priv->personal_settled);
    assert_int_equal(form_draft_close(&t->db, id, 1, 5), 1);
    r = request(t, 7);
    assert_int_equal(form_draft_load(r, id, &d), ERR_REFUSED);
    assert_int_equal(r->priv->failure.status, 409);
}

static void saves(void **state)
{
    struct fixture *t = *state;
    struct form_draft d;
    load_demo(t);
    assert_int_equal(open_draft(request(t, 7), ITEM, false), 0);
    int64_t id = opened;
    assert_int_equal(save(request(t, 7), id, "{\"cause\":\"no such cause\",\"story\":\"a\"}", 1), 0);
    assert_int_equal(save(request(t, 7), id, "{\"story\":\"b\",\"cause\":null}", 2), 0);
    assert_int_equal(form_draft_load(request(t, 7), id, &d), 0);
    same_text(d.fields, "{\"story\":\"b\"}");
    assert_int_equal(d.version, 3);
    struct req *r = request(t, 7);
    assert_int_equal(save(r, id, "{\"story\":\"c\"}", 2), ERR_REFUSED);
    assert_int_equal(r->priv->failure.status, 409);
    assert_int_equal(save(request(t, 7), id, "{\"story\":\"c\"}", 4), ERR_REFUSED);
    /* a change of the materials does not make a page of inputs stale */
    struct form_form_save_material paper = {.name = S("临时救助申请书"), .file = DB_NONE, .paper = true};
    struct form_form_save with = {.version = 3};
    with.materials.at = &paper;
    with.materials.n = 1;
    r = request(t, 7);
    r->priv->params[0] = str_i64(t->a, id);
    r->priv->n_params = 1;
    assert_int_equal(form_draft_mine(r), 0);
    r->form = &with;
    assert_int_equal(form_save_post(r), 0);
    assert_int_equal(save(request(t, 7), id, "{\"story\":\"c\"}", 3), 0);
    assert_int_equal(form_draft_load(request(t, 7), id, &d), 0);
    same_text(d.fields, "{\"story\":\"c\"}");
    assert_int_equal(d.n_materials, 1);
    same_text(d.materials[0].way, "paper");
    assert_int_equal(d.version, 5);
    assert_int_equal(form_draft_close(&t->db, id, 4, 9), 0);
    assert_int_equal(form_draft_close(&t->db, id, 5, 9), 1);
}

/* ID numbers of a draft lie in the store as ciphertext only. */
static void boxed(void **state)
{
    struct fixture *t = *state;
    struct form_draft_by_id row;
    size_t at;
    load_demo(t);
    assert_int_equal(open_draft(request(t, 7), ITEM, false), 0);
    assert_int_equal(save(request(t, 7), opened, "{\"story\":\"11010519491231002X\"}", 1), 0);
    assert_int_equal(form_draft_by_id(&t->db, opened, &row), 1);
    assert_false(str_find(row.fields, S("11010519491231002X"), &at));
}

static void materials(void **state)
{
    struct fixture *t = *state;
    struct form_about_code item;
    struct form_gaps gaps;
    load_demo(t);
    assert_int_equal(form_about_code(&t->db, S(ITEM), &item), 1);
    add_file(t, 501, 7);
    const struct form_material fine[] = {{S("临时救助申请书"), S("file"), 501, STR_NONE}, {S("困难情形凭据"), S("later"), DB_NONE, STR_NONE}};
    assert_int_equal(form_check_materials(request(t, 7), item.item_id, item.version, fine, 2), 0);
    struct req *r = request(t, 8);               /* somebody else's file */
    assert_int_equal(form_check_materials(r, item.item_id, item.version, fine, 2), ERR_REFUSED);
    assert_false(str_empty(wrong_of(r, "materials.0")));
    const struct form_material wrong[] = {
        {S("没有的材料"), S("paper"), DB_NONE, STR_NONE}, {S("临时救助申请书"), S("later"), DB_NONE, STR_NONE},
        {S("居住证"), S("certificate"), DB_NONE, S("x")}, {S("困难情形凭据"), S(""), DB_NONE, STR_NONE},
        {S("家庭经济状况核对授权书"), S("paper"), DB_NONE, STR_NONE}, {S("家庭经济状况核对授权书"), S("paper"), DB_NONE, STR_NONE}};
    r = request(t, 7);
    assert_int_equal(form_check_materials(r, item.item_id, item.version, wrong, 6), ERR_REFUSED);
    assert_int_equal(r->priv->n_wrongs, 5);
    assert_true(str_none(wrong_of(r, "materials.4")));
    /* missing ones are named, never refused */
    assert_int_equal(form_material_gaps(&t->db, item.item_id, item.version, fine, 2, &gaps), 0);
    assert_int_equal(gaps.n_missing, 2);
    assert_false(gaps.paper_wanted);
    assert_int_equal(form_material_gaps(&t->db, item.item_id, item.version, &wrong[4], 1, &gaps), 0);
    assert_int_equal(gaps.n_missing, 3);
    assert_true(gaps.paper_wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(one_live_draft), TEST(who_may_open), TEST(mine_or_not_there), TEST(saves),
                                       TEST(boxed), TEST(materials)};
    return cmocka_run_group_tests_name("form: drafts and materials", tests, NULL, NULL);
}
