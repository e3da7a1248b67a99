-- Keys that the server makes for itself, shared by every process over this state.
create table secret (
    name  text primary key,
    value text not null
);
