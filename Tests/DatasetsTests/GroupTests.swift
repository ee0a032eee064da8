import Datasets
import Foundation
import TestSupport
import Testing

/// A catalogue of rows with an id, a label and a patient, who may be unknown.
func catalogue(_ rows: [(id: String, label: String, patient: String)]) -> Catalogue {
  Catalogue(
    name: "patients", root: "/nowhere",
    examples: rows.map {
      Example(
        id: $0.id, label: $0.label, pixels: .file("/nowhere/\($0.id)"),
        attributes: ["id": $0.id, "patient_id": $0.patient])
    })
}

/// Patients of the given sizes, one class.
func patients(_ label: String, _ sizes: [Int]) -> [(id: String, label: String, patient: String)] {
  sizes.enumerated().flatMap { patient, size in
    (0..<size).map { ("\(label)\(patient)-\($0)", label, "\(label)\(patient)") }
  }
}

@Suite("Groups that stay together")
struct GroupTests {
  private func make(
    _ catalogue: Catalogue, test: TestRule = .stratified(share: 0.2), validation: Double = 0,
    group: GroupRule? = .column("patient_id"), together: ExampleGroups? = nil
  ) throws -> DatasetSplits {
    try DatasetSplits.make(
      from: catalogue,
      split: SplitConfiguration(test: test, validation: validation, group: group),
      classes: .init(), together: together)
  }

  private func ids(_ splits: DatasetSplits, _ items: [LabeledExample]) -> Set<String> {
    Set(items.map { splits.catalogue.examples[$0.example].id })
  }

  /// The patients of every part.
  private func patients(_ splits: DatasetSplits) -> [Set<String>] {
    [splits.training.examples, splits.validation.examples, splits.test.examples].map { items in
      Set(items.map { splits.catalogue.examples[$0.example].attributes["patient_id"]! })
    }
  }

  @Test("the best choice of patients is found where it can be worked out by hand") func byHand()
    throws
  {
    // 10 images, 2 wished for: the patient of two.
    let exact = try make(catalogue(DatasetsTests.patients("a", [5, 3, 2])))
    #expect(ids(exact, exact.test.examples) == ["a2-0", "a2-1"])
    #expect(
      exact.notes.first == "3 groups by column 'patient_id', of up to 5 images, kept together")
    // 10 images of patients with 6 and 4: four are nearer to two than none, which tests nothing.
    let near = try make(catalogue(DatasetsTests.patients("a", [6, 4])))
    #expect(near.test.examples.count == 4)
    #expect(
      near.notes.contains(
        "4 test images where 2 were wished for, since groups stay together;"
          + " furthest off is 'a' with 4 of its 10 images instead of 2"))
    // A class of one patient is learned and not tested, whatever it wishes for.
    let alone = try make(
      catalogue(DatasetsTests.patients("a", [5, 3, 2]) + DatasetsTests.patients("b", [10])))
    #expect(alone.census.counts == [10, 8])
    #expect(alone.census.names == ["b", "a"])
  }

  @Test("no patient is in two parts, of test and of validation, whatever the seed") func apart()
    throws
  {
    var rows: [(id: String, label: String, patient: String)] = []
    for patient in 0..<60 {
      for image in 0..<(1 + patient % 7) {
        let label = (patient + image * image) % 5 == 0 ? "rare" : "common"
        rows.append(("\(patient)-\(image)", label, "p\(patient)"))
      }
    }
    for seed in 1...20 {
      var split = SplitConfiguration(validation: 0.2, group: .column("patient_id"))
      split.seed = UInt64(seed)
      let splits = try DatasetSplits.make(from: catalogue(rows), split: split, classes: .init())
      let parts = patients(splits)
      #expect(parts[0].isDisjoint(with: parts[1]) && parts[0].isDisjoint(with: parts[2]))
      #expect(parts[1].isDisjoint(with: parts[2]))
      #expect(parts.allSatisfy { !$0.isEmpty })
      // 60 patients are enough to come within one patient of the wish in every class.
      for index in 0..<2 {
        let all = rows.count { $0.label == splits.census.names[index] }
        let test = splits.test.examples.count { $0.classIndex == index }
        #expect(abs(Double(test) - 0.2 * Double(all)) <= 3, "seed \(seed), class \(index)")
      }
    }
  }

  @Test("the order of rows does not count") func order() throws {
    let rows =
      DatasetsTests.patients("a", [5, 3, 2, 4, 4, 1, 1])
      + DatasetsTests.patients("b", [2, 2, 2, 1])
    let once = try make(catalogue(rows), validation: 0.2)
    let again = try make(catalogue(rows.reversed()), validation: 0.2)
    for part in [\DatasetSplits.training.examples, \.validation.examples, \.test.examples] {
      #expect(ids(once, once[keyPath: part]) == ids(again, again[keyPath: part]))
    }
  }

  @Test("groups of one image each cut as no groups at all do, to the same digest") func ones()
    throws
  {
    let rows = DatasetsTests.patients("a", [5, 3, 2, 40, 7]) + DatasetsTests.patients("b", [9, 9])
    let plain = try make(catalogue(rows), validation: 0.1, group: nil)
    let grouped = try make(catalogue(rows), validation: 0.1, group: .column("id"))
    #expect(plain.digest(pixels: "") == grouped.digest(pixels: ""))
    let together = try make(
      catalogue(rows), validation: 0.1, group: nil, together: ExampleGroups(count: rows.count))
    #expect(plain.digest(pixels: "") == together.digest(pixels: ""))
  }

  @Test("a few pairs change no count, and nothing in other classes") func pairs() throws {
    let set = catalogue(["a": 50, "b": 30, "c": 20])
    var pairs = ExampleGroups(count: 100)
    for index in stride(from: 0, to: 30, by: 3) { pairs.join(index, index + 1) }
    pairs.join(2, 55)
    let plain = try make(set, validation: 0.1, group: nil)
    let paired = try make(set, validation: 0.1, group: nil, together: pairs)
    #expect(paired.census.counts == plain.census.counts && paired.notes == plain.notes)
    for part in [\DatasetSplits.training.examples, \.validation.examples, \.test.examples] {
      let (one, other) = (plain[keyPath: part], paired[keyPath: part])
      #expect(one.count == other.count)
      // Class c has no pair.
      #expect(one.filter { $0.classIndex == 2 } == other.filter { $0.classIndex == 2 })
    }
    let parts = [paired.training.examples, paired.validation.examples, paired.test.examples]
      .map { Set($0.map(\.example)) }
    for group in pairs.members() {
      #expect(parts.contains { $0.isSuperset(of: group) })
    }
  }

  @Test("images without a patient stand alone, and are counted") func lone() throws {
    let rows = DatasetsTests.patients("a", [4, 4, 4]) + [("x", "a", ""), ("y", "a", "  ")]
    let splits = try make(catalogue(rows))
    #expect(
      splits.notes.prefix(2) == [
        "3 groups by column 'patient_id', of up to 4 images, kept together",
        "2 images without column 'patient_id', each a group of its own",
      ])
    #expect(throws: SplitError.self) { try make(catalogue([("x", "a", ""), ("y", "a", "")])) }
  }

  @Test("a part of the path names the group") func pattern() throws {
    let paths = (0..<30).map { "train/rose/p\($0 / 3)_\($0).jpg" } + ["train/rose/other.jpg"]
    let set = Catalogue(
      name: "folders", root: "/nowhere",
      examples: paths.map { Example(id: $0, label: "rose", pixels: .file($0)) })
    let splits = try make(set, group: .pattern("/(p[0-9]+)_", column: nil))
    let test = ids(splits, splits.test.examples)
    for patient in 0..<10 {
      let own = Set((0..<3).map { "train/rose/p\(patient)_\(patient * 3 + $0).jpg" })
      #expect(own.isSubset(of: test) || own.isDisjoint(with: test))
    }
    #expect(test.count == 6)
    #expect(
      splits.notes == [
        "10 groups by a part of the path that is '/(p[0-9]+)_', of up to 3 images, kept together",
        "1 image without a part of the path that is '/(p[0-9]+)_', each a group of its own",
        "1 class only, 'rose': there is nothing to tell apart, and strategies cannot be compared",
      ])
    // Without parentheses the whole match counts.
    let whole = try make(set, group: .pattern("p[0-9]+_", column: nil))
    #expect(whole.digest(pixels: "") == splits.digest(pixels: ""))
  }

  @Test("a missing column or a broken pattern is an error with advice") func bad() throws {
    let set = catalogue(DatasetsTests.patients("a", [4, 4]))
    #expect { try make(set, group: .column("patientid")) } throws: {
      "\($0)" == "split.group: no column 'patientid' (did you mean 'patient_id'?);"
        + " the columns are 'id', 'patient_id'"
    }
    #expect { try make(set, group: .pattern("(", column: nil)) } throws: {
      "\($0)".hasPrefix("split.group.pattern: '(' is no regular expression")
    }
    #expect { try make(set, group: .pattern("(q[0-9])", column: "id")) } throws: {
      "\($0)" == "split.group: none of 8 examples has a part of column 'id' that is '(q[0-9])';"
        + " correct split.group, or leave it out"
    }
  }

  @Test("a pattern that never ends is given up") func endless() throws {
    let name = String(repeating: "a", count: 32)
    let set = catalogue([
      (id: name, label: "x", patient: "1"), (id: "b", label: "y", patient: "2"),
    ])
    #expect { try make(set, group: .pattern("(a+)+c", column: nil)) } throws: {
      "\($0)".hasPrefix("split.group.pattern: '(a+)+c' takes more than 2 seconds for 'aaaa")
    }
  }

  @Test("what the data divide is not moved, but said, by class") func given() throws {
    let rows: [(String, String, SplitName)] = [
      ("p1", "A", .train), ("p1", "A", .test), ("p1", "B", .test), ("p2", "A", .train),
      ("p2", "A", .train), ("p3", "B", .train), ("p3", "B", .validation), ("p4", "B", .test),
    ]
    let set = Catalogue(
      name: "given", root: "/nowhere",
      examples: rows.enumerated().map {
        Example(
          id: "\($0.offset)", label: $0.element.1, pixels: .file("x"),
          attributes: ["patient_id": $0.element.0], givenSplit: $0.element.2)
      })
    let splits = try make(set, test: .given)
    #expect(splits.test.examples.map(\.example) == [1, 2, 7])
    #expect(
      splits.notes.contains(
        "1 group by column 'patient_id' in both train and test, with 2 test images: 'A' 1, 'B' 1;"
          + " split.test divides them so"))
    #expect(
      splits.notes.contains(
        "1 group by column 'patient_id' in both train and validation, with 1 validation image:"
          + " 'B' 1; split.test divides them so"))
  }

  private struct Yardstick: Decodable {
    var name: String
    var labels, groups: [String]
    var folds: Int
    var largest, rms: Double
  }

  @Test("folds of groups are divided at least as evenly as scikit-learn's StratifiedGroupKFold")
  func yardstick() throws {
    let cases = try fixture("groups.json", as: [Yardstick].self)
    for sample in cases {
      let rows = zip(sample.labels, sample.groups).enumerated().map {
        (id: "\($0.offset)", label: $0.element.0, patient: $0.element.1)
      }
      let folds = try DatasetSplits.makeEach(
        from: catalogue(rows),
        split: SplitConfiguration(
          test: .fold(index: 1, of: sample.folds), validation: 0, group: .column("patient_id")),
        classes: .init())
      var off: [Double] = []
      for name in folds[0].labelMap.names {
        let all = sample.labels.count { $0 == name }
        for fold in folds {
          let index = fold.labelMap.index(of: name)!
          let test = fold.test.examples.count { $0.classIndex == index }
          off.append(Double(test) / Double(all) - 1 / Double(sample.folds))
        }
      }
      let rms = (off.map { $0 * $0 }.reduce(0, +) / Double(off.count)).squareRoot()
      #expect(rms <= sample.rms + 1e-9, "\(sample.name)")
      print("\(sample.name): rms \(rms), scikit-learn's \(sample.rms)")
    }
  }
}
