mod add_custom_attributes;
mod create_user_pool;
mod delete_user_pool;
mod list_user_pools;
mod update_user_pool;
