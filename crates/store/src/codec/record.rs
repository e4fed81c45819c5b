//! The small enums of the other records, and routes.

use crate::change::IdempotentRoute;
use lommebok_domain::{CardKind, CardScheme, MerchantStatus};

use crate::records::ClockMode;

pub(crate) const fn route(route: IdempotentRoute) -> i64 {
    match route {
        IdempotentRoute::Init => 0,
        IdempotentRoute::UpdateStatus => 1,
        IdempotentRoute::CreateMerchant => 2,
        IdempotentRoute::UpdateMerchant => 3,
        IdempotentRoute::ForceApprove => 4,
    }
}

pub(crate) const fn merchant_status(status: MerchantStatus) -> i64 {
    match status {
        MerchantStatus::Pending => 0,
        MerchantStatus::Active => 1,
        MerchantStatus::Deactivated => 2,
    }
}

pub(crate) const fn read_merchant_status(code: i64) -> Option<MerchantStatus> {
    match code {
        0 => Some(MerchantStatus::Pending),
        1 => Some(MerchantStatus::Active),
        2 => Some(MerchantStatus::Deactivated),
        _ => None,
    }
}

pub(crate) const fn card_scheme(scheme: CardScheme) -> i64 {
    match scheme {
        CardScheme::Visa => 0,
        CardScheme::Mastercard => 1,
    }
}

pub(crate) const fn read_card_scheme(code: i64) -> Option<CardScheme> {
    match code {
        0 => Some(CardScheme::Visa),
        1 => Some(CardScheme::Mastercard),
        _ => None,
    }
}

pub(crate) const fn card_kind(kind: CardKind) -> i64 {
    match kind {
        CardKind::Debit => 0,
        CardKind::Credit => 1,
    }
}

pub(crate) const fn read_card_kind(code: i64) -> Option<CardKind> {
    match code {
        0 => Some(CardKind::Debit),
        1 => Some(CardKind::Credit),
        _ => None,
    }
}

pub(crate) const fn clock_mode(mode: ClockMode) -> i64 {
    match mode {
        ClockMode::Real => 0,
        ClockMode::Frozen => 1,
    }
}

pub(crate) const fn read_clock_mode(code: i64) -> Option<ClockMode> {
    match code {
        0 => Some(ClockMode::Real),
        1 => Some(ClockMode::Frozen),
        _ => None,
    }
}
