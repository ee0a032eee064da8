import GRDB

/// The file's layout: what each migration adds and which views stand on top.
package struct Schema: Sendable {
  /// One step forward. Never edited once released; corrections are further migrations.
  package struct Migration: Sendable {
    /// From 1, without gaps; becomes `user_version`.
    package let number: Int
    package let sql: String
    /// What follows from the rows that are there already and cannot be said in SQL.
    package let fill: (@Sendable (Database) throws -> Void)?

    package init(
      number: Int, sql: String, fill: (@Sendable (Database) throws -> Void)? = nil
    ) {
      (self.number, self.sql, self.fill) = (number, sql, fill)
    }
  }

  /// A public view. Its columns are a promise: further ones are added at the end, none is renamed.
  package struct View: Sendable {
    package let name: String
    /// What one line of it is.
    package let shows: String
    /// A query to start from.
    package let example: String
    /// The `SELECT` behind it.
    package let sql: String

    package init(_ name: String, shows: String, example: String, sql: String) {
      (self.name, self.shows, self.example, self.sql) = (name, shows, example, sql)
    }
  }

  package let migrations: [Migration]
  package let views: [View]

  /// The oldest layout that is read where it is: what later ones added, reading can do without. Files
  /// of older layouts are read from a copy in memory.
  package let oldestReadable: Int

  package init(migrations: [Migration], views: [View], oldestReadable: Int? = nil) {
    (self.migrations, self.views) = (migrations, views)
    self.oldestReadable = oldestReadable ?? migrations.last?.number ?? 0
  }

  /// What a copy for reading is brought to.
  package var asRead: Schema {
    Schema(migrations: migrations.filter { $0.number <= oldestReadable }, views: views)
  }

  /// The number of the last migration.
  package var version: Int { migrations.last?.number ?? 0 }

  /// `POIS`, in the header of every results file.
  package static let applicationID: Int32 = 0x504f_4953

  /// The layout that this build writes and reads.
  package static let current = Schema(
    migrations: [
      Migration(number: 1, sql: firstTables + resultTables),
      Migration(number: 2, sql: figureTable),
      Migration(
        number: 3, sql: comparableRuns + realisedMass + testImageTables, fill: fillRecipes),
      Migration(number: 4, sql: runDigests + storeIndices + storeOwner, fill: fillDigests),
    ],
    views: runViews + comparisonViews + detailViews + imageViews + identityViews
      + recipeComparisonViews,
    oldestReadable: 3)

  /// Makes everything in an empty file.
  func create(in database: Database) throws {
    for migration in migrations { try database.execute(sql: migration.sql) }
    try createViews(in: database)
  }

  /// Makes the public views.
  func createViews(in database: Database) throws {
    for view in views {
      try database.execute(sql: "CREATE VIEW \(view.name) AS -- \(view.shows)\n\(view.sql)")
    }
    try database.execute(sql: helpSQL)
  }

  /// The view that lists the views.
  package var helpSQL: String {
    let lines = views.map { view in
      "SELECT \(quoted(view.name)), \(quoted(view.shows)), \(quoted(view.example))"
    }
    return "CREATE VIEW help (view, shows, example) AS -- SELECT * FROM help;\n"
      + lines.joined(separator: "\nUNION ALL ")
  }

  private func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: "''") + "'"
  }
}
