-- Data-use agreements: under which terms data of others are here.
create table agreement (
    agreement_id integer primary key,
    title        text not null,
    custodian    text not null,
    purpose      text not null,
    received_on  text not null,
    retain_until text not null,
    access       text not null,
    ended_on     text,
    created_at   text not null
);

-- What each covers: a delivery, or with '' every delivery of a source.
create table agreement_cover (
    agreement_id integer not null references agreement (agreement_id),
    source_id    text not null,
    delivery_id  text not null,
    primary key (agreement_id, source_id, delivery_id)
);

-- Destructions: what had to go, and when it was seen to be gone.
create table destruction (
    destruction_id integer primary key,
    agreement_id   integer references agreement (agreement_id),
    begun_by       text not null,
    begun_at       text not null,
    reason         text not null,
    plan           text not null,
    certified_at   text,
    certificate    text,
    digest         text
);

create trigger destruction_is_not_forgotten before delete on destruction
begin
    select raise(abort, 'a destruction stays in the register');
end;
