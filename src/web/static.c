#include "web/static.h"

const struct static_file *static_find(str path)
{
    size_t low = 0, high = static_files_n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = str_cmp(path, str_c(static_files[mid].path));

        if (order == 0)
            return &static_files[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}
