//! What boards and desks run alike, so that their bytes and their work can be compared. Test code: nothing here runs on a
//! musician's board.
#![no_std]

pub mod blocks;
