import Datasets

/// Reads `split`. `format` is absent where `dataset` was unreadable.
struct SplitReader {
  let section: SectionReader
  let format: DatasetReader.Format?
  /// Whether an IDX data set, or lists, have test files.
  let hasTestFiles: Bool
  /// Bytes of a regular expression.
  private static let longestPattern = 1_000

  func read() -> SplitConfiguration {
    let usual = SplitConfiguration()
    let seed = section.integer(
      "seed", default: Int(usual.seed), expected: "a whole number of at least 0"
    ) { $0 >= 0 }
    let validation = section.number(
      "validation", default: usual.validation, expected: "a share from 0 to below 1"
    ) { $0 >= 0 && $0 < 1 }
    var split = SplitConfiguration(
      test: folds() ?? test(), validation: validation, seed: UInt64(seed), longTail: longTail(),
      group: group(), prefersGiven: isSilent && mayDivideItself ? true : nil)
    split.duplicates = duplicates()
    return split
  }

  /// Absent where it is the usual policy, however that is written.
  private func duplicates() -> DuplicatePolicy? {
    let copies = section.choice("duplicates", default: DuplicatePolicy().copies)
    let usual = DuplicatePolicy(copies: copies)
    let policy = DuplicatePolicy(
      copies: copies,
      conflicts: section.choice("conflicting_labels", default: usual.conflicts),
      near: section.choice("near", default: usual.near))
    return policy == DuplicatePolicy() ? nil : policy
  }

  /// The first of the folds, where there are some.
  private func folds() -> TestRule? {
    guard section.node("folds") != nil else { return nil }
    let count = section.integer("folds", expected: "a whole number from 2 to 1000") {
      (2...1000).contains($0)
    }
    if let test = section.node("test") {
      section.add(
        "folds", "excludes 'test': over all folds each image is tested once",
        hint: test.isPlain("given")
          ? "for the data's own test set take folds away, and give several seeds"
          : "keep one of them")
    }
    return count.map { .fold(index: 1, of: $0) }
  }

  private func group() -> GroupRule? {
    guard let node = section.node("group") else { return nil }
    guard node.entries != nil else {
      let column = section.text(node, "group", expected: "a column, or a mapping with a pattern")
      if let format, format != .csv, column != nil {
        section.add(
          "group", "a column needs format csv, the format is \(format)",
          hint: "write for example 'group: {pattern: \"(p[0-9]+)_\"}'")
      }
      return column.map(GroupRule.column)
    }
    let rule = section.section("group", .splitGroup)
    let (column, pattern) = (rule.text("column"), rule.text("pattern"))
    if let format, rule.node("column") == nil, rule.node("pattern") == nil || format == .csv {
      rule.addMissing(
        format == .csv ? "column" : "pattern",
        example: format == .csv ? "patient_id" : "\"(p[0-9]+)_\"")
    } else if let format, format != .csv, column != nil {
      rule.add("column", "needs format csv, the format is \(format)")
    } else if let format, ![.csv, .folder].contains(format), pattern != nil {
      rule.add("pattern", "has no meaning for format \(format), whose images have no names")
    }
    if let pattern {
      guard pattern.utf8.count <= Self.longestPattern else {
        rule.add(
          "pattern",
          "received \(pattern.utf8.count) bytes, expected at most \(Self.longestPattern)",
          hint: "write for example \"(p[0-9]+)_\"")
        return column.map(GroupRule.column)
      }
      do { _ = try Regex(pattern) } catch {
        rule.add(
          "pattern", "received '\(pattern)', expected a regular expression: \(error)",
          hint: "write for example \"(p[0-9]+)_\"")
      }
      return .pattern(pattern, column: column)
    }
    return column.map(GroupRule.column)
  }

  /// Whether the file says nothing of what is tested.
  private var isSilent: Bool { section.node("test") == nil && section.node("folds") == nil }

  /// Whether only the data can tell if it has a division of its own.
  private var mayDivideItself: Bool { format == .folder || format == .list && !hasTestFiles }

  private func test() -> TestRule {
    guard let node = section.node("test") else {
      switch format {
      case .idx where !hasTestFiles, .list where !hasTestFiles: return SplitConfiguration().test
      case .idx, .list, .cifar10, .cifar100: return .given
      default: return SplitConfiguration().test
      }
    }
    if node.entries != nil { return rule(node) }
    if node.isPlain("given") {
      if format == .csv {
        section.add("test", "a csv has no division of its own", hint: "give a share or a rule")
      } else if format == .idx, !hasTestFiles {
        section.add(
          "test", "'given' needs dataset.test_images and dataset.test_labels",
          hint: "name them, or give a share such as 0.2")
      }
      return .given
    }
    let share = section.number(
      node, "test", expected: "a share above 0 and below 1, 'given', or a rule"
    ) { $0 > 0 && $0 < 1 }
    return share.map { .stratified(share: $0) } ?? SplitConfiguration().test
  }

  private func rule(_ node: FileNode) -> TestRule {
    let rule = SectionReader(
      node, .testByColumn, at: section.place, problems: section.problems)
    if rule.node("lists") != nil {
      for key in ["column", "train", "validation", "test"] where rule.node(key) != nil {
        rule.add(key, "does not go with 'lists'")
      }
      return lists(rule.section("lists", .testLists))
    }
    if let format, format != .csv {
      section.add(
        "test", "a column's rule needs format csv, the format is \(format)",
        hint: "give a share, 'given' or lists of ids")
    }
    guard rule.node("column") != nil else {
      rule.addMissing("column", example: "year")
      return .given
    }
    let column = rule.text("column") ?? ""
    let sides = ["train", "test"].filter { rule.node($0) != nil }
    let validation = rule.node("validation")
    if sides.count == 2, let train = rule.node("train"), let test = rule.node("test") {
      return .parts(
        column: column, train: condition(train, "train", in: rule),
        validation: validation.map { condition($0, "validation", in: rule) },
        test: condition(test, "test", in: rule))
    }
    if validation != nil {
      rule.add(
        "validation", "needs a condition for train and one for test",
        hint:
          "write for example 'train: {one_of: [a]}, validation: {one_of: [b]}, test: {one_of: [c]}'"
      )
      return .given
    }
    guard let key = sides.first, let value = rule.node(key) else {
      rule.add(
        "column", "neither 'train' nor 'test' has a condition",
        hint: "write for example 'train: even'")
      return .given
    }
    return .column(
      name: column, condition: condition(value, key, in: rule),
      side: key == "train" ? .train : .test)
  }

  private func condition(_ node: FileNode, _ key: String, in rule: SectionReader) -> ColumnCondition
  {
    let expected = "even, odd, or a mapping with divisible_by, one_of, below or above"
    guard let entries = node.entries else {
      if node.isPlain("even") { return .even }
      if node.isPlain("odd") { return .odd }
      rule.addWrong(node, key, expected: expected)
      return .even
    }
    let section = SectionReader(
      node, .columnCondition, named: rule.path(key), at: rule.place, problems: rule.problems)
    guard entries.count == 1, let name = entries.first?.key else {
      rule.addWrong(node, key, expected: expected, hint: "give exactly one of them")
      return .even
    }
    switch name {
    case "divisible_by":
      let divisor = section.integer(name, expected: "a whole number of at least 2") { $0 >= 2 }
      return .divisible(by: divisor ?? 2)
    case "one_of":
      let texts = section.texts(name, of: "texts") ?? []
      if texts.isEmpty { section.add(name, "the list is empty") }
      return .oneOf(texts)
    case "below":
      return .below(section.number(name, default: 0, expected: "a number") { _ in true })
    case "above":
      return .above(section.number(name, default: 0, expected: "a number") { _ in true })
    default: return .even
    }
  }

  private func lists(_ lists: SectionReader) -> TestRule {
    for key in ["train", "test"] where lists.node(key) == nil {
      lists.addMissing(key, example: "\(key).txt")
    }
    return .lists(
      train: lists.relativePath("train") ?? "", validation: lists.relativePath("validation"),
      test: lists.relativePath("test") ?? "")
  }

  private func longTail() -> LongTail? {
    guard let node = section.node("long_tail"), node.text != "none" else { return nil }
    let tail = section.section("long_tail", .longTail)
    if tail.node("factor") == nil { tail.addMissing("factor", example: "100") }
    let profile = tail.choice(
      "profile", default: LongTail.Profile.exponential,
      among: [("exponential", .exponential), ("step", .step)])
    let factor = tail.number("factor", default: 1, expected: "a number of at least 1") { $0 >= 1 }
    let largest = tail.integer("largest", expected: "a whole number of at least 1") { $0 >= 1 }
    return LongTail(
      profile: profile, factor: factor, largest: largest,
      validation: tail.choice("validation", default: LongTail.Validation.follow))
  }
}
