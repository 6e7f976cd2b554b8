mod clients;
mod protocol;
mod tags;
mod user_pools;
