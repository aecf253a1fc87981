use super::super::trial::Trial;
use super::*;
