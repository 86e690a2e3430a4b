//! The method 三清楚两明确一达成: which of its six points hold for a household, by what evidence.
