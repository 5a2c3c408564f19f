/* Pages about the site itself: words, no data. */
#include "rooms/org/org.h"
#include "rooms/portal/portal_private.h"

static struct view_portal_page *page(struct req *r)
{
    struct view_portal_page *v = NEW(r->arena, struct view_portal_page);
    v->staff = is_staff(r);
    v->page_url = STR_NONE;
    return v;
}

int portal_signed_in_page(struct req *r)
{
    return show(r, &vt_portal_signed_in, page(r));
}

int portal_map_page(struct req *r)
{
    return show(r, &vt_portal_map, page(r));
}

int portal_accessibility_page(struct req *r)
{
    return show(r, &vt_portal_accessibility, page(r));
}

int portal_help_page(struct req *r)
{
    return show(r, &vt_portal_help, page(r));
}

/* 我要找错, until complaints have a room of their own: where to tell it, and which page it was. */
int portal_mistakes_page(struct req *r)
{
    const struct form_portal_mistake *f = r->form;
    struct view_portal_page *v = page(r);
    v->page_url = org_local_path(f->page) ? f->page : STR_NONE;
    return show(r, &vt_portal_mistakes, v);
}
