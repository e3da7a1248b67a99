// Rows copied from a spreadsheet spread over the table from the cell they are pasted into; arrows move between rows.
(function(){
"use strict";
function cells(row){return Array.from(row.querySelectorAll("input,select"))}
document.querySelectorAll("table[data-form]").forEach(function(table){
 table.addEventListener("paste",function(event){
  var text=(event.clipboardData||window.clipboardData).getData("text");
  if(!/[\t\n]/.test(text.trim()))return;
  event.preventDefault();
  var rows=Array.from(table.tBodies[0].rows),at=event.target.closest("tr"),first=rows.indexOf(at),left=cells(at).indexOf(event.target);
  text.replace(/\r/g,"").replace(/\n$/,"").split("\n").forEach(function(line,down){
   var row=rows[first+down];if(!row)return;
   var fields=cells(row);
   line.split("\t").forEach(function(value,right){
    var field=fields[left+right];if(!field)return;
    value=value.trim();
    if(field.tagName==="SELECT"){
     var found=Array.from(field.options).find(function(one){return one.value.toLowerCase()===value.toLowerCase()});
     if(found)field.value=found.value;
    }else field.value=value;
   });
  });
 });
 table.addEventListener("keydown",function(event){
  if(event.key!=="ArrowDown"&&event.key!=="ArrowUp"||event.target.tagName!=="INPUT")return;
  var row=event.target.closest("tr"),next=event.key==="ArrowDown"?row.nextElementSibling:row.previousElementSibling;
  if(!next)return;
  var field=cells(next)[cells(row).indexOf(event.target)];
  if(field){event.preventDefault();field.focus()}
 });
});
})();
