/*
 * store_conformance.h - what every store must do, whoever keeps the bytes.
 *
 * A test program opens an empty store in its set-up (*state = struct store *)
 * and runs STORE_CONFORMANCE_TESTS of it.
 */
#ifndef TESTS_SUPPORT_STORE_CONFORMANCE_H
#define TESTS_SUPPORT_STORE_CONFORMANCE_H

void what_was_put_is_read_back(void **state);
void a_file_is_stored_byte_for_byte(void **state);
void an_absent_object_is_an_outcome_not_a_failure(void **state);
void deleting_twice_is_success(void **state);
void without_replace_the_first_object_stays(void **state);
void with_replace_the_last_object_stays(void **state);
void a_durable_put_is_read_back(void **state);
void an_object_over_the_limit_is_refused(void **state);
void listing_names_every_depth_below_the_prefix(void **state);
void listing_nothing_is_success(void **state);
void a_callback_ends_the_listing(void **state);
void keys_that_leave_the_store_are_refused(void **state);
void flush_and_sweep_keep_every_object(void **state);
void room_is_reported(void **state);

#define STORE_CONFORMANCE_TESTS(setup, teardown)                               \
    cmocka_unit_test_setup_teardown(what_was_put_is_read_back, setup,          \
                                    teardown),                                 \
        cmocka_unit_test_setup_teardown(a_file_is_stored_byte_for_byte, setup, \
                                        teardown),                             \
        cmocka_unit_test_setup_teardown(                                       \
            an_absent_object_is_an_outcome_not_a_failure, setup, teardown),    \
        cmocka_unit_test_setup_teardown(deleting_twice_is_success, setup,      \
                                        teardown),                             \
        cmocka_unit_test_setup_teardown(                                       \
            without_replace_the_first_object_stays, setup, teardown),          \
        cmocka_unit_test_setup_teardown(with_replace_the_last_object_stays,    \
                                        setup, teardown),                      \
        cmocka_unit_test_setup_teardown(a_durable_put_is_read_back, setup,     \
                                        teardown),                             \
        cmocka_unit_test_setup_teardown(an_object_over_the_limit_is_refused,   \
                                        setup, teardown),                      \
        cmocka_unit_test_setup_teardown(                                       \
            listing_names_every_depth_below_the_prefix, setup, teardown),      \
        cmocka_unit_test_setup_teardown(listing_nothing_is_success, setup,     \
                                        teardown),                             \
        cmocka_unit_test_setup_teardown(a_callback_ends_the_listing, setup,    \
                                        teardown),                             \
        cmocka_unit_test_setup_teardown(keys_that_leave_the_store_are_refused, \
                                        setup, teardown),                      \
        cmocka_unit_test_setup_teardown(flush_and_sweep_keep_every_object,     \
                                        setup, teardown),                      \
        cmocka_unit_test_setup_teardown(room_is_reported, setup, teardown)

#endif
