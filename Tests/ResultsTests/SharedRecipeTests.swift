import Results
import Testing

@Suite("What runs share") struct SharedRecipeTests {
  private func configuration(
    label: String = "baseline", seed: Int = 1, epochs: Int = 1, rate: Double = 0.02
  ) -> String {
    """
    {"dataset":{"name":"n","root":"/r\(seed)"},"experiment":"e","label":"\(label)","overrides":[],\
    "seed":\(seed),"strategy":{"name":"\(label)"},"training":{"batch":16,"budget":{"epochs":\
    {"_0":\(epochs)}},"optimizer":{"learningRate":\(rate)}},"variant":"\(label)"}
    """
  }

  private func shared(_ configuration: String, data: String = "d") -> SharedRecipe {
    SharedRecipe(configuration: configuration, dataDigest: data)
  }

  @Test func `is the same for every strategy, seed and place of the data`() {
    let one = shared(configuration())
    #expect(one == shared(configuration(label: "focal", seed: 7)))
    #expect(one.hash.count == 64 && one.id == String(one.hash.prefix(8)))
    #expect(
      one.settings
        == #"{"dataset":{},"training":{"batch":16,"budget":{"epochs":{"_0":1}},"#
        + #""optimizer":{"learningRate":0.02}}}"#)
  }

  @Test func `differs with a setting and with the data`() {
    let one = shared(configuration())
    #expect(one.hash != shared(configuration(epochs: 4)).hash)
    #expect(one.hash != shared(configuration(), data: "other").hash)
    #expect(one.settings == shared(configuration(), data: "other").settings)
  }

  @Test func `tells what differs as files spell it`() {
    let changes = shared(configuration())
      .differences(to: shared(configuration(epochs: 4, rate: 0.5)))
    #expect(
      changes.map { $0.text(arrow: "→") }
        == ["training.epochs 1 → 4", "training.optimizer.learning_rate 0.02 → 0.5"])
    let images = #"{"training":{"budget":{"images":{"_0":960}}}}"#
    let epochs = #"{"training":{"budget":{"epochs":{"_0":2}}}}"#
    #expect(
      shared(epochs).differences(to: shared(images)).map { $0.text(arrow: "->") }
        == ["training.epochs 2 -> unset", "training.images unset -> 960"])
  }

  @Test func `of what is no JSON is the text itself`() {
    #expect(shared("no JSON").settings == "no JSON")
    #expect(shared("no JSON").differences(to: shared("{}")).isEmpty)
  }

  @Test func `data sets say how many images were added`() {
    func record(_ images: Int, _ digest: String) -> RecipeRecord {
      RecipeRecord(
        recipe: shared(configuration(), data: digest),
        datasets: [
          DatasetRecord(
            name: "n", digest: digest,
            classes: [
              ClassRecord(
                index: 0, name: "a", trainCount: images - 2, validationCount: 1, testCount: 1)
            ], quarantined: [:])
        ], addedAt: "", plannedAt: "", runs: [1], replaced: [])
    }
    #expect(
      record(60, "a").changes(to: record(65, "b"), arrow: "→") == ["data 60 → 65 images"])
    #expect(
      record(60, "a").changes(to: record(60, "b"), arrow: "→")
        == ["other data, 60 images as well"])
    #expect(record(60, "a").changes(to: record(60, "a"), arrow: "→").isEmpty)
  }

  @Test func `a remark begins with its count`() {
    #expect(DatasetRemark(.split, sentence: "1,200 files were passed over").count == 1200)
    #expect(DatasetRemark(.split, sentence: "validation is the data's own").count == nil)
  }
}
