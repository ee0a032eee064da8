/// Makes the splits of the chosen classes: validation cut from train, the long tail on train, for
/// every fold where there are some.
struct SplitMaker {
  let catalogue: Catalogue
  let split: SplitConfiguration
  let groups: ExampleGroups?
  let division: Division

  /// One division, or one a fold.
  func splits(
    of chosen: [ClassMembers], notes: [String]
  ) throws(SplitError) -> [DatasetSplits] {
    guard case .fold(_, let count) = split.test else {
      try requireImages(chosen)
      return [finish(chosen, notes: notes)]
    }
    // The order of all images, so that a class has one index in every fold.
    let order = chosen.sorted(by: ClassMembers.isLarger)
    let folds = order.map { Set($0.train.map { division.folds[$0] }) }
    let learned = Set(zip(order, folds).filter { $0.1.count > 1 }.map(\.0.name))
    try requireFolds(count, of: folds, learned: learned.count, classes: order)
    let notes = notes + foldNotes(order, count: count, learned: learned)
    return (0..<count).map { fold in
      let classes = order.map { members in
        var own = ClassMembers(name: members.name)
        own.test = members.train.filter { division.folds[$0] == fold }
        if learned.contains(members.name) {
          own.train = members.train.filter { division.folds[$0] != fold }
        }
        return own
      }
      return finish(classes, notes: notes, learned: learned)
    }
  }

  /// Cuts validation and the tail. Classes of folds come in their order and stay in it.
  private func finish(
    _ chosen: [ClassMembers], notes: [String], learned: Set<String>? = nil
  ) -> DatasetSplits {
    var (classes, notes) = (chosen, notes)
    if division.hasOwnValidation {
      dropUnlearnedValidation(&classes, notes: &notes)
    } else {
      cutValidation(&classes, notes: &notes)
    }
    let full = classes
    if let longTail = split.longTail {
      let order =
        learned == nil
        ? classes.indices.sorted { ClassMembers.isLarger(classes[$0], classes[$1]) }
        : Array(classes.indices)
      classes = longTail.thin(classes, from: order, in: catalogue.examples, seed: split.seed)
      noteTail(from: full, to: classes, notes: &notes)
    }
    func images(_ classes: [ClassMembers]) -> Int { classes.reduce(0) { $0 + $1.train.count } }
    let (seen, unseen) = ranked(classes, learned: learned)
    return DatasetSplits(
      catalogue, seen: seen, unseen: unseen, droppedByLongTail: images(full) - images(classes),
      notes: notes + noteGaps(seen: seen, unseen: unseen))
  }

  private func ranked(
    _ classes: [ClassMembers], learned: Set<String>?
  ) -> (seen: [ClassMembers], unseen: [ClassMembers]) {
    if let learned {
      return (
        classes.filter { learned.contains($0.name) }, classes.filter { !learned.contains($0.name) }
      )
    }
    let seen = classes.filter { !$0.train.isEmpty }.sorted(by: ClassMembers.isLarger)
    let unseen = classes.filter { $0.train.isEmpty && !$0.test.isEmpty }.sorted {
      $0.test.count != $1.test.count
        ? $0.test.count > $1.test.count : Wording.precedes($0.name, $1.name)
    }
    return (seen, unseen)
  }

  private func cutValidation(_ classes: inout [ClassMembers], notes: inout [String]) {
    guard split.validation > 0 else { return }
    let pools = classes.map { members in
      let count = StratifiedCut.validationCount(
        of: members.train.count, share: split.validation)
      return GroupedCut.Pool(
        name: members.name, members: members.train, wishes: [count, members.train.count - count])
    }
    let dealt = GroupedCut.deal(
      pools, of: catalogue.examples, in: groups, for: .validation, seed: split.seed)
    for index in classes.indices {
      (classes[index].validation, classes[index].train) = (dealt[index][0], dealt[index][1])
    }
    if let note = GroupedCut.note(pools, dealt, side: 0, called: "validation") {
      notes.append(note)
    }
    let without = classes.filter { !$0.train.isEmpty && $0.validation.isEmpty }.map(\.name)
    if !without.isEmpty {
      notes.append(
        "\(Wording.count(without.count, "class", plural: "classes")) too small for a validation"
          + " image: \(Wording.list(without))")
    }
  }

  /// A class that cannot be learned says nothing about which epoch is best.
  private func dropUnlearnedValidation(
    _ classes: inout [ClassMembers], notes: inout [String]
  ) {
    notes.append("validation is the data's own; split.validation is not used")
    var (names, images): ([String], Int) = ([], 0)
    for index in classes.indices
    where classes[index].train.isEmpty && !classes[index].validation.isEmpty {
      names.append(classes[index].name)
      images += classes[index].validation.count
      classes[index].validation = []
    }
    if !names.isEmpty {
      notes.append(
        "\(Wording.count(images, "validation image")) of classes without training image left out:"
          + " \(Wording.list(names))")
    }
  }
}
