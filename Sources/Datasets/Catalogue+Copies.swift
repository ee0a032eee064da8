extension Catalogue {
  /// This catalogue without what a policy sets aside of identical pictures: those with different
  /// labels, and those that are dropped.
  ///
  /// Where the division is given (by the data set, a column or lists), no test image goes: of the
  /// copies of a test image all others do. Of other copies one of each label stays: where the
  /// division is given a validation image before a training image, else the first id, byte by byte.
  /// Call it after ``checkQuarantine(limit:)``: what goes here is no fault of reading.
  ///
  /// - Parameters:
  ///   - copies: the identical pictures.
  ///   - split: the policy, and how examples are divided.
  /// - Throws: where the rule of the division cannot be applied.
  public func settingAside(
    _ copies: PictureCopies, by split: SplitConfiguration
  ) throws(SplitError) -> Catalogue {
    let policy = split.duplicatePolicy
    guard policy.conflicts == .quarantine || policy.copies == .drop else { return self }
    let groups = copies.groups(in: self)
    if groups.isEmpty { return self }
    var parts = [SplitName?](repeating: .train, count: examples.count)
    if !split.test.isDrawn {
      parts = try Division(of: self, by: split.test, seed: split.seed).parts
    }
    var problems: [(index: Int, reason: QuarantinedExample.Reason, detail: String)] = []
    for group in groups {
      // Examples that the division does not use harm nobody.
      let used = group.members.filter { parts[$0] != nil }
        .sorted { Wording.precedes(examples[$0].id, examples[$1].id) }
      problems += problem(of: used, parts, policy)
    }
    return problems.isEmpty ? self : quarantining(problems)
  }

  /// Checks that no more than `limit`, a share of all rows, are pictures with different labels: so
  /// many say that labels are wrong, or that a picture may have several.
  ///
  /// - Throws: with the number, and two of them.
  public func checkConflicts(limit: Double) throws(DatasetError) {
    let conflicts = quarantined.filter { $0.reason == .conflictingLabels }
    let total = examples.count + quarantined.count
    guard let first = conflicts.first, Double(conflicts.count) > limit * Double(total) else {
      return
    }
    throw DatasetError(
      .tooManyQuarantined, at: "data set '\(name)'",
      "\(conflicts.count) of \(total) examples"
        + " (\(Wording.percent(Double(conflicts.count) / Double(total)))) are identical pictures with"
        + " different labels, and \(Wording.percent(limit)) is the limit: '\(first.id)' is"
        + " \(first.detail)",
      advice:
        "correct the labels, write split: {conflicting_labels: keep} to keep them as they are,"
        + " or raise dataset.quarantine_limit to set so many aside; with"
        + " --set dataset.quarantine_limit=1, 'poise data --duplicates' lists them")
  }

  /// What a group's members are set aside for; `members` by their ids.
  private func problem(
    of members: [Int], _ parts: [SplitName?], _ policy: DuplicatePolicy
  ) -> [(index: Int, reason: QuarantinedExample.Reason, detail: String)] {
    func same(as other: Int) -> String {
      "the same picture as '\(examples[other].id)' ('\(examples[other].label)')"
    }
    let (test, others) = (
      members.filter { parts[$0] == .test }, members.filter { parts[$0] != .test }
    )
    let labels = Set(members.map { examples[$0].label })
    if labels.count > 1, policy.conflicts == .quarantine {
      return others.map { index in
        let other = members.first { examples[$0].label != examples[index].label }!
        return (index, .conflictingLabels, same(as: other))
      }
    }
    guard policy.copies == .drop else { return [] }
    if let first = test.first { return others.map { ($0, .droppedCopy, same(as: first)) } }
    let ranked = others.filter { parts[$0] == .validation } + others.filter { parts[$0] == .train }
    var kept: [String: Int] = [:]
    return ranked.compactMap { index in
      guard let first = kept[examples[index].label] else {
        kept[examples[index].label] = index
        return nil
      }
      return (index, .droppedCopy, same(as: first))
    }
  }
}

extension Catalogue {
  /// Which examples must not be parted by a division, and sentences about it; no groups where there
  /// is nothing to keep together.
  ///
  /// Where the division is given, test images are left out: nothing can move them, and only the cut
  /// of validation is bound.
  ///
  /// - Parameters:
  ///   - copies: the identical pictures.
  ///   - near: pairs of pictures that are nearly the same, by the catalogue's index as first read.
  ///   - split: the policy, and how examples are divided.
  /// - Throws: where the rule of the division cannot be applied.
  public func together(
    _ copies: PictureCopies, near: [(first: Int, second: Int)], by split: SplitConfiguration
  ) throws(SplitError) -> (groups: ExampleGroups?, notes: [String]) {
    let policy = split.duplicatePolicy
    var same = policy.copies == .keep ? [] : copies.groups(in: self)
    var places: [Int: Int] = [:]
    if policy.near == .group {
      for (index, source) in sourceIndices.enumerated() { places[source] = index }
    }
    var pairs = near.compactMap { first, second -> (first: Int, second: Int)? in
      guard let first = places[first], let second = places[second] else { return nil }
      return (first, second)
    }
    if !split.test.isDrawn, !(same.isEmpty && pairs.isEmpty) {
      let parts = try Division(of: self, by: split.test, seed: split.seed).parts
      same = same.map { group in
        var group = group
        group.members.removeAll { parts[$0] != .train }
        return group
      }
      pairs.removeAll { parts[$0.first] != .train || parts[$0.second] != .train }
    }
    same.removeAll { $0.members.count < 2 }
    guard !(same.isEmpty && pairs.isEmpty) else { return (nil, []) }
    var groups = ExampleGroups(count: examples.count)
    var notes: [String] = []
    if !pairs.isEmpty {
      let apart = groups.join(pairs: pairs, rank: ranks)
      notes.append(
        "\(Wording.grouped(pairs.count)) pairs of nearly identical pictures:"
          + " \(Wording.grouped(pairs.count - apart)) kept on one side, \(Wording.grouped(apart))"
          + " divided like any others, because joining them would chain pictures that differ")
    }
    groups.join(same)
    return (groups, notes)
  }

  /// The place of every example's id among all ids, byte by byte.
  private var ranks: [Int] {
    var ranks = Array(repeating: 0, count: examples.count)
    let order = examples.indices.sorted { Wording.precedes(examples[$0].id, examples[$1].id) }
    for (rank, index) in order.enumerated() { ranks[index] = rank }
    return ranks
  }
}

extension TestRule {
  /// Whether examples are drawn, so that copies can go to one side; else the division is given.
  public var isDrawn: Bool {
    switch self {
    case .stratified, .fold: true
    case .column, .parts, .lists, .given: false
    }
  }
}
