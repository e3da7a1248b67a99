create table exposure_system (
    system_id   integer primary key,
    account_id  integer not null references account (account_id),
    title       text not null,
    made_at     text not null,
    digest      text not null,
    files       text not null
);

create index exposure_system_account on exposure_system (account_id);
