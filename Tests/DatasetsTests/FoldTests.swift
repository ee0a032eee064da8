import Datasets
import Testing

@Suite("Folds")
struct FoldTests {
  private func folds(
    _ catalogue: Catalogue, _ count: Int, validation: Double = 0.1, group: GroupRule? = nil,
    longTail: LongTail? = nil, classes: ClassSelection = .init()
  ) throws -> [DatasetSplits] {
    try DatasetSplits.makeEach(
      from: catalogue,
      split: SplitConfiguration(
        test: .fold(index: 1, of: count), validation: validation, longTail: longTail, group: group),
      classes: classes)
  }

  @Test("each image is tested once, and learned from or validated on in all other folds")
  func partition() throws {
    let set = catalogue(["a": 103, "b": 41, "c": 12, "d": 7])
    let folds = try folds(set, 5)
    #expect(folds.count == 5)
    #expect(folds.flatMap { $0.test.examples.map(\.example) }.sorted() == Array(0..<163))
    for fold in folds {
      let parts = [fold.training.examples, fold.validation.examples, fold.test.examples]
        .map { $0.map(\.example) }
      #expect((parts[0] + parts[1] + parts[2]).sorted() == Array(0..<163))
      #expect(fold.census.names == ["a", "b", "c", "d"])
      #expect(!fold.validation.examples.isEmpty)
    }
    // Floor and ceiling of n / 5 in every class, as in scikit-learn's StratifiedKFold.
    for (index, count) in [103, 41, 12, 7].enumerated() {
      let tests = folds.map { $0.test.examples.count { $0.classIndex == index } }
      #expect(tests.reduce(0, +) == count)
      #expect(tests.allSatisfy { $0 == count / 5 || $0 == count / 5 + 1 })
    }
  }

  @Test("one fold is what all of them hold in its place") func one() throws {
    let set = catalogue(["a": 30, "b": 20])
    let all = try folds(set, 4)
    for index in 1...4 {
      let one = try DatasetSplits.make(
        from: set, split: SplitConfiguration(test: .fold(index: index, of: 4)), classes: .init())
      #expect(one.digest(pixels: "x") == all[index - 1].digest(pixels: "x"))
    }
    #expect(Set(all.map { $0.digest(pixels: "x") }).count == 4)
    #expect(DatasetSplits.digest(of: [all[0]], pixels: "x") == all[0].digest(pixels: "x"))
    #expect(
      DatasetSplits.digest(of: all, pixels: "x") != DatasetSplits.digest(of: all, pixels: "y"))
  }

  @Test("a class keeps its fold whatever other classes there are") func independence() throws {
    let few = try folds(catalogue(["a": 23, "b": 11]), 3, validation: 0)
    let more = try folds(catalogue(["b": 11, "c": 50, "a": 23]), 3, validation: 0)
    for (one, other) in zip(few, more) {
      func ids(_ splits: DatasetSplits) -> Set<String> {
        Set(splits.test.examples.map { splits.catalogue.examples[$0.example].id })
      }
      #expect(ids(one) == ids(other).filter { !$0.hasPrefix("c/") })
    }
  }

  @Test("classes of fewer images than folds are said, and a single image is never learned")
  func small() throws {
    let folds = try folds(catalogue(["a": 30, "b": 3, "lone": 1, "other": 1]), 5, validation: 0)
    for fold in folds {
      #expect(fold.labelMap.names == ["a", "b"])
      #expect(fold.unseen == ["lone", "other"])
      #expect(fold.census.counts[1] >= 2)
      #expect(
        fold.notes.prefix(2) == [
          "2 classes with all images in one fold, learned in no fold so that all have the same"
            + " classes: 'lone', 'other'",
          "1 class of fewer than 5 images, without test image in some folds: 'b'",
        ])
    }
    #expect(folds.reduce(0) { $0 + $1.test.examples.count } == 35)
  }

  @Test("patients stay in one fold, and validation has patients of its own") func groups() throws {
    let rows =
      patients("a", (0..<24).map { 1 + $0 % 5 }) + patients("b", (0..<12).map { 1 + $0 % 3 })
    let set = catalogue(rows)
    let folds = try folds(set, 4, validation: 0.2, group: .column("patient_id"))
    var homes: [String: Int] = [:]
    for (index, fold) in folds.enumerated() {
      func patients(_ items: [LabeledExample]) -> Set<String> {
        Set(items.map { set.examples[$0.example].attributes["patient_id"]! })
      }
      let parts = [fold.training.examples, fold.validation.examples, fold.test.examples].map(
        patients)
      #expect(parts[0].isDisjoint(with: parts[1]) && parts[0].isDisjoint(with: parts[2]))
      #expect(parts[1].isDisjoint(with: parts[2]))
      for patient in parts[2] { #expect(homes.updateValue(index, forKey: patient) == nil) }
    }
    #expect(homes.count == 36)
  }

  @Test("a long tail has the same head in every fold") func tail() throws {
    let folds = try folds(
      catalogue((0..<6).map { ("class \($0)", 50) }), 3, validation: 0,
      longTail: LongTail(profile: .exponential, factor: 10))
    let names = folds.map(\.census.names)
    #expect(names.allSatisfy { $0 == names[0] })
    for fold in folds {
      #expect(fold.census.counts == fold.census.counts.sorted(by: >))
      #expect(fold.census.counts[5] == 3)
    }
  }

  @Test("a summary of folds has means of what is learned and sums of what is tested")
  func summary() throws {
    let folds = try folds(catalogue(["a": 31, "b": 20]), 4, validation: 0)
    let summary = DatasetSummary(ofEach: folds)
    // Training images of a: 31 − 7 or 31 − 8, of which three folds have 23; the mean is 23.25.
    #expect(summary.classes.map(\.train) == [23, 15])
    #expect(summary.classes.map(\.test) == [31, 20])
    #expect(summary.testCount == 51)
  }

  @Test("numbers of folds that cannot be are refused") func bad() throws {
    #expect { try folds(catalogue(["a": 9]), 1) } throws: {
      "\($0)".hasPrefix("split.folds: fold 1 of 1 is none; give a whole number of at least 2")
    }
    #expect { try folds(catalogue(["a": 3]), 5) } throws: {
      "\($0)" == "split.folds: 3 images fill 3 of 5 folds;"
        + " give fewer folds, or select more classes"
    }
    #expect {
      try folds(catalogue(patients("a", [9, 9])), 3, group: .column("patient_id"))
    } throws: {
      "\($0)".hasPrefix("split.folds: 18 images and their groups fill 2 of 3 folds")
    }
    #expect { try folds(catalogue(["a": 1, "b": 1]), 2, validation: 0) } throws: {
      "\($0)".contains("fill") || "\($0)".contains("nothing could be learned")
    }
  }
}
