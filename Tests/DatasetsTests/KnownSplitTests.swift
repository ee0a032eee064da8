import Datasets
import Testing

/// Small divisions that other tools were reported to get wrong, with the outcome that can be worked
/// out by hand or by trying everything.
@Suite("Divisions that are known to be hard")
struct KnownSplitTests {
  private func folds(
    _ rows: [(id: String, label: String, patient: String)], _ count: Int, seed: UInt64 = 1,
    group: Bool = true
  ) throws -> [DatasetSplits] {
    try DatasetSplits.makeEach(
      from: catalogue(rows),
      split: SplitConfiguration(
        test: .fold(index: 1, of: count), validation: 0, seed: seed,
        group: group ? .column("patient_id") : nil),
      classes: .init())
  }

  /// Test images of each class, by name, in every fold.
  private func counts(_ folds: [DatasetSplits]) -> [[String: Int]] {
    folds.map { fold in
      fold.test.examples.reduce(into: [:]) {
        $0[fold.catalogue.examples[$1.example].label, default: 0] += 1
      }
    }
  }

  @Test("six images of four groups have one way to be divided, and it is found", arguments: 1...20)
  func onlyWay(seed: Int) throws {
    // scikit-learn/scikit-learn, issue 28218: of all 16 ways only {a, c} and {b, d} have every class
    // on both sides.
    let rows = zip(["1", "1", "0", "0", "2", "2"], ["a", "b", "b", "c", "c", "d"]).enumerated().map
    {
      (id: "\($0.offset)", label: $0.element.0, patient: $0.element.1)
    }
    let folds = try folds(rows, 2, seed: UInt64(seed))
    #expect(counts(folds) == [["0": 1, "1": 1, "2": 1], ["0": 1, "1": 1, "2": 1]])
    #expect(folds[0].unseen.isEmpty && folds[1].unseen.isEmpty)
  }

  @Test("thirty-one patients of two classes leave no fold with one class", arguments: 1...20)
  func equalGroups(seed: Int) throws {
    // scikit-learn/scikit-learn, issue 24656: 16 patients of class 0 and 15 of class 1 with three
    // images each give every of ten folds one or two patients of each class.
    let labels = [
      0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0,
    ]
    let rows = labels.enumerated().flatMap { patient, label in
      (0..<3).map { (id: "\(patient)-\($0)", label: "\(label)", patient: "\(patient)") }
    }
    for fold in counts(try folds(rows, 10, seed: UInt64(seed))) {
      #expect([3, 6].contains(fold["0"]) && [3, 6].contains(fold["1"]), "\(fold)")
    }
  }

  @Test("a share is of images, not of groups") func share() throws {
    // scikit-learn/scikit-learn, issues 9297 and 13369: groups of 5, 3, 1 and 1 images; a fifth of ten
    // images is two, and a fifth of four groups was one image.
    let rows = [0, 0, 0, 0, 0, 1, 1, 1, 2, 4].enumerated().map {
      (id: "\($0.offset)", label: "a", patient: "\($0.element)")
    }
    for seed in 1...20 {
      let splits = try DatasetSplits.make(
        from: catalogue(rows),
        split: SplitConfiguration(
          validation: 0, seed: UInt64(seed), group: .column("patient_id")),
        classes: .init())
      #expect(splits.test.examples.map(\.example) == [8, 9])
    }
  }

  @Test("more folds than images of every class leave no fold empty without a word") func empty() {
    // scikit-learn/scikit-learn, issue 6177: three classes of two images in six folds gave four
    // folds without test images.
    let set = ["a", "a", "b", "b", "c", "c"].enumerated().map {
      (id: "\($0.offset)", label: $0.element, patient: "")
    }
    for seed in 1...20 {
      do {
        let folds = try folds(set, 6, seed: UInt64(seed), group: false)
        #expect(folds.allSatisfy { $0.test.examples.count == 1 })
      } catch {
        #expect("\(error)".hasPrefix("split.folds: 6 images fill "), "\(error)")
      }
    }
  }

  @Test("a class of fewer images than folds is divided beside larger ones") func rareClass() throws
  {
    // autogluon/autogluon, pull request 5806: seven classes of two images and one of eight fit into
    // eight folds. BlueBrain/morphoclass, issue 22: in six of them a class of two has no test image.
    let rows =
      (0..<14).map { (id: "\($0)", label: "rare \($0 / 2)", patient: "") }
      + (0..<8).map { (id: "c\($0)", label: "common", patient: "") }
    let folds = try folds(rows, 8, group: false)
    let tests = counts(folds)
    #expect(tests.allSatisfy { $0["common"] == 1 })
    for rare in 0..<7 {
      #expect(tests.map { $0["rare \(rare)"] ?? 0 }.sorted() == [0, 0, 0, 0, 0, 0, 1, 1])
    }
    #expect(
      folds[0].notes[0].hasPrefix(
        "7 classes of fewer than 8 images, without test image in some folds: 'rare 0'"))
    // Seven and three images in three folds: every fold has one of the three.
    let small = try self.folds(
      patients("a", Array(repeating: 1, count: 7)) + patients("b", [1, 1, 1]), 3, group: false)
    #expect(counts(small).allSatisfy { $0["b"] == 1 && [2, 3].contains($0["a"]) })
  }

  @Test("few groups and classes give valid folds or an error, never an empty part")
  func degenerate()
    throws
  {
    // scikit-learn/scikit-learn, issue 33085: small data sets whose groups follow the labels.
    for groups in 2...9 {
      for classes in 1...4 {
        let rows = (0..<60).map { index in
          (id: "\(index)", label: "\(index % groups % classes)", patient: "p\(index % groups)")
        }
        do {
          for fold in try folds(rows, 5) {
            #expect(!fold.test.examples.isEmpty && !fold.training.examples.isEmpty)
          }
          #expect(groups >= 5)
        } catch {
          #expect(groups < 5, "\(error)")
        }
      }
    }
  }

  @Test("names that say where a picture comes from keep its pieces together") func pieces() throws {
    // stefyste/RIAWELC, issue 2: pieces of 29 radiographs were dealt out one by one, and every test
    // piece had neighbours among those that were learned.
    let names = (0..<29).flatMap { film in
      (0..<40).map { "defect\(($0 + film) % 4)/film\(film)_\($0).png" }
    }
    let set = Catalogue(
      name: "pieces", root: "/nowhere",
      examples: names.map {
        Example(id: $0, label: String($0.prefix(7)), pixels: .file("/nowhere/\($0)"))
      })
    let splits = try DatasetSplits.make(
      from: set,
      split: SplitConfiguration(validation: 0.1, group: .pattern("/film([0-9]+)_", column: nil)),
      classes: .init())
    func films(_ items: [LabeledExample]) -> Set<String> {
      Set(items.map { String(names[$0.example].split(separator: "/")[1].prefix { $0 != "_" }) })
    }
    let parts = [splits.training.examples, splits.validation.examples, splits.test.examples]
    #expect(films(parts[0]).isDisjoint(with: films(parts[2])))
    #expect(films(parts[0]).isDisjoint(with: films(parts[1])))
    #expect(films(parts[1]).isDisjoint(with: films(parts[2])))
    // 29 films of 40 pieces, ten of each class: six films are 60 of 290, nearest to 58.
    #expect(parts[2].count == 240)
    #expect(splits.test.examples.count { $0.classIndex == 0 } == 60)
  }
}
