from django.urls import path

from jointlab.laboratory.views import measurement_exports as exports
from jointlab.laboratory.views import measurements as views
from jointlab.laboratory.views.sharing import measurement_share

_ONE = "measurements/<str:code>"

urlpatterns = [
    path("measurements", views.measurements, name="measurements"),
    path(_ONE, views.measurement, name="measurement"),
    path(f"{_ONE}/analyse", views.measurement_analyse, name="measurement-analyse"),
    path(f"{_ONE}/show", views.measurement_show, name="measurement-show"),
    path(f"{_ONE}/withdraw", views.measurement_withdraw, name="measurement-withdraw"),
    path(f"{_ONE}/put-back", views.measurement_put_back, name="measurement-put-back"),
    path(f"{_ONE}/share", measurement_share, name="measurement-share"),
    path(f"{_ONE}/compare", views.measurement_compare, name="measurement-compare"),
    path(f"{_ONE}/plot/<int:number>", exports.plot, name="measurement-plot"),
    path(f"{_ONE}/plot/<int:number>.json", exports.plot_json, name="measurement-plot-json"),
    path(f"{_ONE}/plot/<int:number>.csv", exports.plot_csv, name="measurement-plot-csv"),
    path(f"{_ONE}/plot/<int:number>.svg", exports.plot_svg, name="measurement-plot-svg"),
    path(f"{_ONE}/table/<int:number>", exports.table, name="measurement-table"),
    path(f"{_ONE}/table/<int:number>.csv", exports.table_csv, name="measurement-table-csv"),
    path(f"{_ONE}/table/<int:number>.parquet", exports.table_parquet, name="measurement-table-parquet"),
    path(f"{_ONE}/figures.csv", exports.figures_csv, name="measurement-figures"),
    path(f"{_ONE}/file", exports.original, name="measurement-file"),
    path(f"{_ONE}/cite.bib", exports.cite_bibtex, name="measurement-bibtex"),
    path(f"{_ONE}/cite.json", exports.cite_csl, name="measurement-csl"),
]
