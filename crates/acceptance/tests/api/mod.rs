mod account;
mod auth;
mod clients;
mod protocol;
mod sign_up;
mod tags;
mod user_pools;
mod users;
