//! Every pair of operations on one bin.

use super::race;

#[test]
fn p2_two_inserts_of_one_key() {
    race(
        |_| {},
        &[|map| map.insert(1, 10).unwrap(), |map| map.insert(1, 20).unwrap()],
        |map, answers| {
            let expected = match answers[..] {
                [None, Some(10)] => 10,
                [Some(20), None] => 20,
                _ => panic!("{answers:?}"),
            };
            assert_eq!((map.get(1), map.len()), (Some(expected), 1));
        },
    );
}

#[test]
fn an_update_and_a_reader() {
    race(
        |map| {
            map.insert(1, 10).unwrap();
        },
        &[|map| map.upsert(1, 20).unwrap(), |map| map.get(1)],
        |map, answers| {
            assert_eq!(answers[0], Some(10));
            assert!(matches!(answers[1], Some(10 | 20)));
            assert_eq!(map.get(1), Some(20));
        },
    );
}
