mod add_custom_attributes;
mod create_user_pool;
mod delete_user_pool;
mod deletion_at_any_moment;
mod list_user_pools;
mod update_user_pool;
