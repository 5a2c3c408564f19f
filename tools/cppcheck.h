/* For cppcheck only (make lint): macros of system headers that it does not read. */
#define json_array_foreach(a, i, v) for (i = 0; i < json_array_size(a) && (v = json_array_get(a, i)); i++)
#define json_object_foreach(o, k, v) \
    for (k = json_object_iter_key(json_object_iter(o)); k && (v = json_object_get(o, k)); k = json_object_next_key(o, k))
