import Datasets
import TestSupport
import Testing

@Suite("Copies of pictures") struct PictureCopiesTests {
  /// Examples named by one letter each, with a label and a part of the given division.
  private func catalogue(_ rows: [(id: String, label: String, part: SplitName?)]) -> Catalogue {
    Catalogue(
      name: "letters", root: "/nowhere",
      examples: rows.map {
        Example(id: $0.id, label: $0.label, pixels: .file("/nowhere/\($0.id)"), givenSplit: $0.part)
      })
  }

  private func copies(_ groups: [[Int]]) -> PictureCopies {
    PictureCopies(groups: groups.map { .init(members: $0, evidence: .bytes) })
  }

  private func split(
    _ test: TestRule, _ policy: DuplicatePolicy? = nil, validation: Double = 0
  ) -> SplitConfiguration {
    var split = SplitConfiguration(test: test, validation: validation)
    split.duplicates = policy
    return split
  }

  private func ids(_ catalogue: Catalogue) -> String { catalogue.examples.map(\.id).joined() }

  private let drawn = TestRule.stratified(share: 0.5)

  @Test("conflicting labels are all set aside, with their own reason")
  func conflicts() throws {
    let all = catalogue([
      ("a", "cat", nil), ("b", "dog", nil), ("c", "cat", nil), ("d", "dog", nil), ("e", "dog", nil),
    ])
    let found = copies([[0, 3], [1, 4]])
    let left = try all.settingAside(found, by: split(drawn))
    #expect(ids(left) == "bce")
    #expect(left.quarantined.map(\.reason) == [.conflictingLabels, .conflictingLabels])
    #expect(left.quarantined[0].detail == "the same picture as 'd' ('dog')")
    #expect(found.groups(in: left).map(\.members) == [[0, 2]])
    // Kept by a key, and kept with everything as it was.
    for policy in [
      DuplicatePolicy(copies: .group, conflicts: .keep), DuplicatePolicy(copies: .keep),
    ] {
      #expect(ids(try all.settingAside(found, by: split(drawn, policy))) == "abcde")
    }
  }

  @Test("of dropped copies the first id of each label stays")
  func dropping() throws {
    let all = catalogue([
      ("d", "cat", nil), ("c", "cat", nil), ("b", "dog", nil), ("a", "dog", nil), ("e", "cat", nil),
    ])
    let found = copies([[0, 1, 2, 3]])
    let left = try all.settingAside(
      found, by: split(drawn, DuplicatePolicy(copies: .drop, conflicts: .keep)))
    #expect(ids(left) == "cae")
    #expect(left.quarantined.map(\.reason) == [.droppedCopy, .droppedCopy])
  }

  @Test("where the division is given, never a test image goes")
  func given() throws {
    let all = catalogue([
      ("a", "cat", .train), ("b", "cat", .test), ("c", "cat", .validation), ("d", "cat", .train),
      ("e", "cat", .validation), ("f", "cat", .train), ("g", "dog", .train), ("h", "cat", .test),
      ("i", "cat", .test),
    ])
    // Train, test and validation; train and validation; a conflict of train and test; two of test.
    let found = copies([[0, 1, 2], [3, 4], [6, 7], [8, 1]])
    let grouped = try all.settingAside(found, by: split(.given))
    #expect(ids(grouped) == "abcdefhi")
    let dropped = try all.settingAside(
      found, by: split(.given, DuplicatePolicy(copies: .drop)))
    #expect(ids(dropped) == "befhi")
  }

  @Test("copies are kept together, but nothing binds a given test image")
  func together() throws {
    let all = catalogue([
      ("a", "cat", .train), ("b", "cat", .test), ("c", "cat", .train), ("d", "cat", .train),
      ("e", "cat", .train),
    ])
    let found = copies([[0, 1, 2], [3, 4]])
    let free = try #require(try all.together(found, near: [], by: split(drawn)).groups)
    #expect(free.members() == [[0, 1, 2], [3, 4]])
    let bound = try #require(try all.together(found, near: [], by: split(.given)).groups)
    #expect(bound.members() == [[0, 2], [3, 4]])
    #expect(
      try all.together(found, near: [], by: split(drawn, DuplicatePolicy(copies: .keep))).groups
        == nil)
    #expect(try all.together(copies([]), near: [], by: split(drawn)).groups == nil)
  }

  @Test("near pairs are bound to one picture each and never chained")
  func chains() throws {
    // A chain of five: every link is a pair, and nothing else is.
    let all = catalogue((0..<5).map { (String(4 - $0), "cat", nil) })
    let chain = (0..<4).map { (first: $0, second: $0 + 1) }
    let near = DuplicatePolicy(near: .group)
    let (groups, notes) = try all.together(copies([]), near: chain, by: split(drawn, near))
    // Ids run backwards: 4 leads 3, then 2 leads 1, and 0 is left.
    #expect(try #require(groups).members() == [[0], [1, 2], [3, 4]].filter { $0.count > 1 })
    #expect(notes.count == 1 && notes[0].hasPrefix("4 pairs of nearly identical pictures: 2 kept"))
    var star = ExampleGroups(count: 5)
    let apart = star.join(
      pairs: [(0, 3), (1, 3), (2, 3), (3, 4)], rank: [1, 2, 3, 0, 4])
    #expect(apart == 0 && star.members() == [[0, 1, 2, 3, 4]])
  }

  @Test("leaks are counted by class, and told in sentences that begin with the count")
  func leaks() throws {
    var rows: [(id: String, label: String, part: SplitName?)] = []
    for index in 0..<6 { rows.append(("cat\(index)", "cat", index < 3 ? .train : .test)) }
    for index in 0..<5 { rows.append(("dog\(index)", "dog", index < 3 ? .train : .test)) }
    rows.append(("v", "dog", .validation))
    let all = catalogue(rows)
    // cat0 = cat3 = cat4; dog0 = dog3; v = dog1; dog2 = cat5: another label leaks too.
    let found = copies([[0, 3, 4], [6, 9], [7, 11], [5, 8]])
    let by = split(.given, DuplicatePolicy(copies: .keep))
    let splits = try DatasetSplits.make(from: all, split: by, classes: .init())
      .counting(found, by: by)
    let leaks = try #require(splits.leaks)
    #expect(leaks.leaked == 4 && leaks.validation == 1 && leaks.repeated == 1)
    #expect(leaks.isLeaked == [true, true, true, true, false])
    #expect(leaks.classes.map(\.name) == ["cat", "dog"])
    #expect(
      splits.notes.contains(
        "4 of 5 test pictures are identical to a training or validation picture:"
          + " cat 3 of 3, dog 1 of 2"))
    #expect(splits.notes.contains("1 validation picture is identical to a training picture"))
    // Nothing is said, and nothing changes, where there are no copies.
    let plain = try DatasetSplits.make(from: all, split: by, classes: .init())
    let none = plain.counting(copies([]), by: by)
    #expect(none.notes == plain.notes && none.leaks?.leaked == 0)
    #expect(none.digest(pixels: "p") == plain.digest(pixels: "p"))
  }
}
