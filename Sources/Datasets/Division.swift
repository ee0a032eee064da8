/// To which part each example of a catalogue belongs, before classes are selected.
struct Division {
  /// By the catalogue's index; `nil` for examples that are not used. Where the examples are divided
  /// into folds, all that are used are for training here.
  var parts: [SplitName?]
  /// By the catalogue's index the fold that tests the example, from 0; empty where there are none.
  var folds: [Int] = []
  /// Validation is the data's own, so that none is cut from train.
  var hasOwnValidation = false
  var notes: [String] = []

  init(
    of catalogue: Catalogue, by rule: TestRule, together groups: ExampleGroups? = nil, seed: UInt64
  ) throws(SplitError) {
    parts = Array(repeating: .train, count: catalogue.examples.count)
    switch rule {
    case .stratified(let share):
      try cut(share, from: catalogue, together: groups, seed: seed)
    case .fold(let index, let count):
      guard count >= 2, (1...count).contains(index) else {
        throw SplitError(
          .badFolds, at: "split.folds", "fold \(index) of \(count) is none",
          advice: "give a whole number of at least 2, such as 5")
      }
      try fold(catalogue, into: count, together: groups, seed: seed)
    case .column(let name, let condition, let side):
      try apply(condition, to: name, side: side, of: catalogue)
    case .parts(let column, let train, let validation, let test):
      let conditions = [(SplitName.train, train), (.test, test)]
      try apply(
        conditions + (validation.map { [(SplitName.validation, $0)] } ?? []), to: column,
        of: catalogue)
    case .lists(let train, let validation, let test):
      try readLists(train: train, validation: validation, test: test, of: catalogue)
    case .given: try takeGiven(catalogue)
    }
  }

  private mutating func cut(
    _ share: Double, from catalogue: Catalogue, together groups: ExampleGroups?, seed: UInt64
  ) throws(SplitError) {
    guard share > 0, share < 1 else {
      throw SplitError(
        .invalidShare, at: "split.test.share", "\(share) is no share of the images",
        advice: "give a number between 0 and 1, such as 0.2")
    }
    noteUnusedDivision(of: catalogue, because: "split.test says stratified")
    let pools = ClassMembers.group(catalogue.examples, by: parts).map { members in
      let count = StratifiedCut.testCount(of: members.train.count, share: share)
      return GroupedCut.Pool(
        name: members.name, members: members.train, wishes: [count, members.train.count - count])
    }
    let dealt = GroupedCut.deal(
      pools, of: catalogue.examples, in: groups, for: .test, seed: seed)
    for sides in dealt { for index in sides[0] { parts[index] = .test } }
    if let note = GroupedCut.note(pools, dealt, side: 0, called: "test") { notes.append(note) }
  }

  private mutating func fold(
    _ catalogue: Catalogue, into count: Int, together groups: ExampleGroups?, seed: UInt64
  ) throws(SplitError) {
    noteUnusedDivision(of: catalogue, because: "split.folds divides all images")
    let pools = ClassMembers.group(catalogue.examples, by: parts).map { members in
      GroupedCut.Pool(
        name: members.name, members: members.train,
        wishes: StratifiedCut.foldCounts(
          of: members.train.count, folds: count, label: members.name, seed: seed))
    }
    let dealt = GroupedCut.deal(
      pools, of: catalogue.examples, in: groups, for: .fold, seed: seed)
    folds = Array(repeating: 0, count: parts.count)
    for sides in dealt {
      for (fold, members) in sides.enumerated() { for index in members { folds[index] = fold } }
    }
    for fold in 0..<count {
      if let note = GroupedCut.note(pools, dealt, side: fold, called: "fold \(fold + 1) test") {
        notes.append(note)
      }
    }
  }

  private mutating func noteUnusedDivision(of catalogue: Catalogue, because reason: String) {
    if Set(catalogue.examples.compactMap(\.givenSplit)).count > 1 {
      notes.append("the data set's own division is not used: \(reason)")
    }
  }

  private mutating func apply(
    _ condition: ColumnCondition, to column: String, side: ColumnSide, of catalogue: Catalogue
  ) throws(SplitError) {
    try condition.validate()
    try catalogue.require(
      column: column, for: "split.test.column", or: "use another rule, such as stratified")
    let cells = ColumnCells(of: column, in: catalogue.examples)
    let condition = condition.adapted(to: cells)
    try cells.requireBothSides(of: condition)
    let (met, unmet): (SplitName, SplitName) = side == .train ? (.train, .test) : (.test, .train)
    var unreadable = 0
    for (index, example) in catalogue.examples.enumerated() {
      let answer = condition.isMet(by: example.attributes[column] ?? "")
      if answer == nil { unreadable += 1 }
      parts[index] = answer == true ? met : unmet
    }
    if unreadable > 0 {
      notes.append(
        "\(Wording.count(unreadable, "row")) with nothing usable in column '\(column)' went to"
          + " \(unmet.rawValue)")
    }
  }

  /// Each part by a condition of its own.
  private mutating func apply(
    _ conditions: [(part: SplitName, condition: ColumnCondition)], to column: String,
    of catalogue: Catalogue
  ) throws(SplitError) {
    for (_, condition) in conditions { try condition.validate() }
    try catalogue.require(
      column: column, for: "split.test.column", or: "use another rule, such as stratified")
    let columnCells = ColumnCells(of: column, in: catalogue.examples)
    let conditions = conditions.map {
      (part: $0.part, condition: $0.condition.adapted(to: columnCells))
    }
    var (unmet, twice): ([String], [(id: String, cell: String)]) = ([], [])
    var counts: [SplitName: Int] = [:]
    for (index, example) in catalogue.examples.enumerated() {
      let cell = (example.attributes[column] ?? "").trimmingBlanks()
      let met = conditions.filter { $0.condition.isMet(by: cell) == true }.map(\.part)
      parts[index] = met.first
      if met.count > 1 { twice.append((example.id, cell)) }
      if let part = met.first { counts[part, default: 0] += 1 } else { unmet.append(cell) }
    }
    if let first = twice.first {
      throw SplitError(
        .badCondition, at: "split.test",
        "\(Wording.count(twice.count, "example")) of two parts by column '\(column)', such as"
          + " '\(first.id)' with '\(first.cell)'",
        advice: "give conditions of which no cell meets two")
    }
    for (part, _) in conditions where counts[part] == nil {
      let cells = Set(catalogue.examples.map { $0.attributes[column] ?? "" })
      throw SplitError(
        .badCondition, at: "split.test.\(part.word)",
        "no example meets the condition on column '\(column)'",
        advice: "its cells are \(Wording.list(cells.sorted(by: Wording.precedes), limit: 12))")
    }
    hasOwnValidation = conditions.contains { $0.part == .validation }
    if !unmet.isEmpty {
      notes.append(
        "\(Wording.count(unmet.count, "example")) that \(unmet.count == 1 ? "meets" : "meet") no"
          + " condition on column '\(column)' not used: the cells are"
          + " \(Wording.list(Set(unmet).sorted(by: Wording.precedes)))")
    }
  }

  private mutating func takeGiven(_ catalogue: Catalogue) throws(SplitError) {
    let given = catalogue.examples.map(\.givenSplit)
    guard given.contains(where: { $0 != nil }) else {
      throw SplitError(
        .noGivenSplit, at: "split.test", "data set '\(catalogue.name)' has no division of its own",
        advice: "use another rule, such as stratified")
    }
    parts = given
    hasOwnValidation = given.contains(.validation)
    guard hasOwnValidation, !given.contains(.test) else { return }
    parts = given.map { $0 == .validation ? .test : $0 }
    hasOwnValidation = false
    notes.append(
      "\(Wording.count(parts.count { $0 == .test }, "image")) of the data set's validation part are"
        + " the test part: it has no other; validation is cut from training")
  }

  private mutating func readLists(
    train: String, validation: String?, test: String, of catalogue: Catalogue
  ) throws(SplitError) {
    var files = [(train, SplitName.train), (test, .test)]
    if let validation { files.append((validation, .validation)) }
    var lists = IDLists(catalogue: catalogue)
    for (file, part) in files { try lists.read(file, as: part) }
    parts = catalogue.examples.map { lists.parts[$0.id] ?? nil }
    hasOwnValidation = validation != nil
    let unused = parts.count { $0 == nil }
    if unused > 0 {
      notes.append("\(Wording.count(unused, "example")) in none of the lists not used")
    }
    if lists.unusable > 0 {
      notes.append(
        "\(Wording.count(lists.unusable, "listed id")) set aside because of the data")
    }
  }
}
