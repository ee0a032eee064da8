import Metrics
import Reports
import Results
import Testing

@Suite("A page's evidence")
struct PageEvidenceTests {
  private func page(
    _ runs: [RunSummary], _ change: (inout Evidence, Comparison) -> Void
  ) throws
    -> String
  {
    let comparison = try Comparison(runs, baseline: "baseline")
    var evidence = SampleEvidence.of(comparison)
    change(&evidence, comparison)
    return HTMLReport(evidence: [evidence]).render(comparison)
  }

  @Test("has a fold a class with recall, precision, F1 and what it is taken for") func classes()
    throws
  {
    let page = try page(SampleRuns.night) { _, _ in }
    let comparison = try Comparison(SampleRuns.night, baseline: "baseline")
    for place in comparison.classes.indices {
      #expect(page.contains("id=\"class-\(place)\"") && page.contains("href=\"#class-\(place)\""))
    }
    let start = try #require(page.range(of: "id=\"class-0\""))
    let fold = page[start.lowerBound...].prefix(4000)
    #expect(fold.contains("<th scope=\"col\">precision</th><th scope=\"col\">F1</th>"))
    // Wrong images of each class are taken for the class after it.
    #expect(fold.contains("most taken for") && fold.contains(comparison.classes[1].name))
  }

  @Test("tells when runs were computed, and which attempts ended badly") func attempts() throws {
    let page = try page(SampleRuns.night) { evidence, comparison in
      let run = comparison.strategies[0].runs[0].id
      var first = AttemptRecord(
        number: 1, startedAt: "2026-11-24T01:00:00Z", fromEpoch: 0, host: "vm", processID: 1)
      first.finishedAt = "2026-11-24T01:20:00Z"
      (first.outcome, first.error) = (.lost, "the machine went <away>")
      var second = AttemptRecord(
        number: 2, startedAt: "2026-11-24T09:00:00Z", fromEpoch: 3, host: "vm", processID: 2)
      second.finishedAt = "2026-11-24T10:00:00Z"
      second.outcome = .done
      evidence.attempts[run] = [first, second]
    }
    #expect(
      page.contains("2 attempts from 11-24 01:00 to 11-24 10:00, 1 of which did not end well"))
    #expect(page.contains("the machine went &lt;away&gt;"))
    #expect(page.contains("attempt 2: done, 11-24 09:00, 1 h 00 min"))
    // Eight hours without work are one short pause.
    #expect(page.contains(">∥</text>"))
  }

  @Test("says what is in quarantine, and what the data have to say") func data() throws {
    let page = try page(SampleRuns.night) { evidence, _ in
      evidence.data = DatasetRecord(
        name: "d", digest: "0", classes: [], quarantined: ["missing image": 1234],
        remarks: [DatasetRemark(.split, sentence: "fold 2: 3 classes have no test image")])
    }
    #expect(page.contains("<th scope=\"row\">missing image</th><td class=\"n\">1,234</td>"))
    #expect(page.contains("fold 2: 3 classes have no test image"))
    #expect(DatasetRemark(.split, sentence: "fold 2: 3 classes").count == 3)
    #expect(DatasetRemark(.split, sentence: "12 files").count == 12)
    #expect(DatasetRemark(.split, sentence: "fold 2: none").count == nil)
  }
}
