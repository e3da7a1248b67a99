-- How often somebody tried: shared by every process that serves this state. Keys are hashes.
create table attempt (
    kind  text not null,
    key   text not null,
    slot  integer not null,
    times integer not null,
    ends  integer not null,
    primary key (kind, key, slot)
);

create index attempt_ends on attempt (ends);

-- Who an account is at the OpenID Connect issuer; the subject there never changes, a name may.
create table account_openid (
    account_id integer primary key references account (account_id),
    issuer     text not null,
    subject    text not null,
    unique (issuer, subject)
);

-- A sign-in under way at the issuer: what comes back must belong to it and to the browser that began it.
create table openid_request (
    state_hash   text primary key,
    browser_hash text not null,
    nonce        text not null,
    verifier     text not null,
    target       text not null,
    created_at   text not null
);
