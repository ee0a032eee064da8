/// How the labels of a data set become classes.
public struct LabelRules: Codable, Hashable, Sendable {
  /// What becomes of labels that differ only in capitals, blanks, invisible or look-alike
  /// characters, or in how a number is written.
  public enum Near: String, Codable, CaseIterable, Sendable {
    /// Reading stops and names them.
    case ask
    /// Each group of them is one class, under its most frequent spelling.
    case merge
    /// Each of them is a class of its own.
    case keep
  }
  /// What becomes of labels that are nearly equal.
  public var near: Near
  /// Other spellings by the class's name that takes their place.
  public var merge: [String: [String]]
  /// Labels that mean that there is none, such as `nan`: their examples are set aside.
  public var missing: [String]

  /// Rules with all their parts.
  public init(near: Near = .ask, merge: [String: [String]] = [:], missing: [String] = []) {
    (self.near, self.merge, self.missing) = (near, merge, missing)
  }
}

extension CatalogueDraft {
  /// Words that programs write where a value is missing, in small letters.
  private static let missingWords: Set<String> = [
    "nan", "na", "n/a", "#n/a", "<na>", "null", "none", "nil", "nat", "?",
  ]
  /// Characters that join several labels of one image.
  private static let joiners: [Character] = ["|", ";", ","]

  /// Turns labels into classes: missing ones are set aside, spellings merged as the rules say.
  ///
  /// - Parameter isWritten: whether labels were written by people or programs into a table or list,
  ///   and are no names of folders.
  /// - Throws: where labels are nearly equal and the rules do not say what that means, or a label
  ///   that the rules name does not occur.
  mutating func apply(
    _ rules: LabelRules, isWritten: Bool, at place: String
  ) throws(DatasetError) {
    try setMissingAside(rules, at: place)
    try mergeNamed(rules, at: place)
    var counts: [String: Int] = [:]
    for example in examples { counts[example.label, default: 0] += 1 }
    let groups = LabelForm.groups(of: counts)
    switch rules.near {
    case .keep: noteGroups(groups, counts, "are kept as classes of their own")
    case .merge: mergeNear(groups, counts)
    case .ask:
      try refuse(groups, counts, at: place)
      if isWritten { try refuseJoined(counts, at: place) }
    }
    if isWritten { noteMissingWords(counts) }
    noteComposed(counts)
  }

  /// Tells of labels that are the same text in other bytes, composed and decomposed. They are one
  /// class: nobody can see or type the difference.
  private mutating func noteComposed(_ counts: [String: Int]) {
    var first: [String: String] = [:]
    var joined: Set<String> = []
    for example in examples {
      guard let known = first[example.label] else {
        first[example.label] = example.label
        continue
      }
      if !known.utf8.elementsEqual(example.label.utf8) { joined.insert(known) }
    }
    guard !joined.isEmpty else { return }
    let names = joined.sorted(by: Wording.precedes)
    notes.append(
      "\(Wording.count(joined.count, "class", plural: "classes")) of labels that differ only in how"
        + " letters are composed: \(LabelForm.list(names, counts: counts))")
  }

  private mutating func setMissingAside(
    _ rules: LabelRules, at place: String
  ) throws(DatasetError) {
    guard !rules.missing.isEmpty else { return }
    let missing = Set(rules.missing)
    try require(rules.missing, "dataset.labels.missing", at: place)
    for example in examples where missing.contains(example.label) {
      setAside(
        example.id, .emptyLabel, "the label '\(example.label)' is one of labels.missing")
    }
    examples.removeAll { missing.contains($0.label) }
  }

  private mutating func mergeNamed(_ rules: LabelRules, at place: String) throws(DatasetError) {
    guard !rules.merge.isEmpty else { return }
    var names: [String: String] = [:]
    for (name, others) in rules.merge {
      for other in others { names[other] = name }
    }
    try require(names.keys.sorted(by: Wording.precedes), "dataset.labels.merge", at: place)
    var merged: [String: Int] = [:]
    for example in examples where names[example.label] != nil {
      merged[example.label, default: 0] += 1
    }
    rename(names)
    for name in rules.merge.keys.sorted(by: Wording.precedes) {
      let others = (rules.merge[name] ?? []).sorted(by: Wording.precedes)
      let count = others.reduce(0) { $0 + (merged[$1] ?? 0) }
      notes.append(
        "\(Wording.count(count, "image")) of \(LabelForm.list(others, counts: merged)) taken as"
          + " class '\(name)', as labels.merge says")
    }
  }

  private func require(
    _ labels: [String], _ key: String, at place: String
  ) throws(DatasetError) {
    let known = Set(examples.map(\.label))
    guard let absent = labels.first(where: { !known.contains($0) }) else { return }
    throw DatasetError(
      .badLabels, at: key,
      "no label '\(LabelForm.visible(absent))'"
        + Wording.didYouMean(absent, among: known),
      advice: "the labels of \(place) are"
        + " \(Wording.list(known.sorted(by: Wording.precedes).map(LabelForm.visible), limit: 12))")
  }

  private mutating func mergeNear(_ groups: [[String]], _ counts: [String: Int]) {
    guard !groups.isEmpty else { return }
    var names: [String: String] = [:]
    for group in groups { for label in group { names[label] = group[0] } }
    rename(names)
    noteGroups(groups, counts, "are one class a group, under the first spelling")
  }

  private mutating func rename(_ names: [String: String]) {
    for index in examples.indices {
      if let name = names[examples[index].label] { examples[index].label = name }
    }
    for index in quarantined.indices {
      if let name = quarantined[index].label.flatMap({ names[$0] }) {
        quarantined[index].label = name
      }
    }
  }

  private mutating func noteGroups(
    _ groups: [[String]], _ counts: [String: Int], _ what: String
  ) {
    guard !groups.isEmpty else { return }
    let listed = groups.prefix(3).map { LabelForm.list($0, counts: counts) }
    notes.append(
      "\(Wording.count(groups.count, "group")) of nearly equal labels \(what):"
        + " \(listed.joined(separator: "; "))\(groups.count > 3 ? "; …" : "")")
  }

  private func refuse(
    _ groups: [[String]], _ counts: [String: Int], at place: String
  ) throws(DatasetError) {
    guard let first = groups.first else { return }
    let listed = groups.prefix(3).map { LabelForm.list($0, counts: counts) }
    let found = first.dropFirst().compactMap { labelPlaces[$0] }.min { $0.order < $1.order }
    throw DatasetError(
      .badLabels, at: found?.text ?? place,
      "\(Wording.count(groups.count, "group")) of labels differ only in capitals, blanks, hyphens,"
        + " invisible or look-alike characters, or in how a number is written:"
        + " \(listed.joined(separator: "; "))\(groups.count > 3 ? "; …" : "")",
      advice: "write labels: {near: merge} under dataset to make each group one class, or"
        + " labels: {near: keep} to keep them apart; labels.merge joins single ones")
  }

  /// Refuses labels such as `Boot|Sandal`, whose parts are labels themselves.
  private func refuseJoined(_ counts: [String: Int], at place: String) throws(DatasetError) {
    for joiner in Self.joiners {
      let joined = counts.keys.filter { label in
        let parts = label.split(separator: joiner).map { String($0).trimmingBlanks() }
        return parts.count > 1 && parts.allSatisfy { counts[$0] != nil }
      }.sorted { (labelPlaces[$0]?.order ?? 0, $0) < (labelPlaces[$1]?.order ?? 0, $1) }
      guard let first = joined.first else { continue }
      let images = joined.reduce(0) { $0 + (counts[$1] ?? 0) }
      throw DatasetError(
        .badLabels, at: labelPlaces[first]?.text ?? place,
        "\(Wording.count(images, "image")) have several labels, joined by '\(joiner)':"
          + " \(LabelForm.list(joined, counts: counts)); one label an image is expected",
        advice: "set them aside with labels.missing, give each one class with labels.merge, or keep"
          + " each as a class of its own with labels: {near: keep}")
    }
  }

  private mutating func noteMissingWords(_ counts: [String: Int]) {
    let words = counts.keys.filter { Self.missingWords.contains($0.lowercased()) }
      .sorted(by: Wording.precedes)
    guard !words.isEmpty else { return }
    let images = words.reduce(0) { $0 + (counts[$1] ?? 0) }
    notes.append(
      "\(Wording.count(images, "image")) of classes whose names are what programs write for a"
        + " missing value: \(LabelForm.list(words, counts: counts));"
        + " labels: {missing: [\(words.joined(separator: ", "))]} under dataset sets them aside")
  }
}
